import type { Condition } from '#libs/telemetry';
import type { Engine } from './bullmq/engine.js';
import type { Bus } from './bus.js';
import type { LeaseStore } from './lease.js';

/** What one kind of server brings; `ServerCoordination` makes a `Coordination` of it. */
export interface Server {
  readonly engine: Engine;
  readonly leases: LeaseStore;
  readonly bus: Bus;
  onReconnect(listener: () => void): void;
  health(): Promise<Condition>;
  close(): Promise<void>;
}
