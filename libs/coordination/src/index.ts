export type { AddOptions, Coordination, Job, Lease, Queue, Worker, WorkerOptions } from './coordination.js';
