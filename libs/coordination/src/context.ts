import type { Logger } from '#libs/telemetry';

/** What every part is given: no part has a clock of its own. */
export interface Context {
  readonly log: Logger;
  /** Wall clock in milliseconds: only for the fence of a lease. */
  readonly now: () => number;
  /** Milliseconds that never jump: for everything that waits. */
  readonly monotonic: () => number;
}
