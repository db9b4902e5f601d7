/** What a store asks of the process that it runs in. */
export interface StoreOwner {
  /** Wall clock in milliseconds. */
  readonly now: () => number;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Called once per event, for the counters; the names are a bounded set. */
  readonly count: (event: string) => void;
}
