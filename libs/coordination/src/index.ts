export type { AddOptions, Coordination, Job, Lease, Queue, Worker, WorkerOptions } from './coordination.js';
export { CoordinationError } from './errors.js';
export type { CoordinationErrorCode } from './errors.js';
export { openCoordination } from './open.js';
export type { CoordinationContext, CoordinationOptions } from './open.js';
export { LateCoordination } from './late-coordination.js';
