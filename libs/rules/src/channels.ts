/** What ingest nodes and the evaluator say to each other, and where. Messages may be lost; jobs come at least once. */

/** Queue of signals; job ids are `signalJobId`. */
export const SIGNALS = 'signals';
/** Queue of notifications; a job is `{lane}`: what is sent is decided by looking at the whole lane. */
export const NOTIFICATIONS = 'notify';
/** Queue of what is asked of the owner over REST; a job is an `OwnerRequest`. */
export const REQUESTS = 'requests';

export const CHANNELS = {
  /** Something in the collection of that name changed: read it again. */
  rules: 'rules',
  silences: 'silences',
  receivers: 'receivers',
  /** Outbox entries were dealt with: their keys, and lines for the history. */
  delivered: 'delivered',
  /** Node → evaluator, every second. */
  watermark: 'watermark',
  /** Evaluator → nodes, at once when it begins, then every second. */
  owner: 'owner',
} as const;

/** Everything that arrived at this journal before `arrivedMs` is in ranges that end at `to` or before. */
export interface WatermarkMessage {
  readonly journal: string;
  readonly node: string;
  /** Epoch milliseconds; never backwards. */
  readonly arrivedMs: number;
  readonly to: number;
  /** Begin of the oldest range that no checkpoint holds: where a journal never seen begins. */
  readonly from: number;
}

export interface OwnerMessage {
  /** Fencing number of the lease. A new one: every signal that is not held is asked for again. */
  readonly fence: number;
  /** By journal: signals up to here are in a checkpoint. */
  readonly held: Readonly<Record<string, number>>;
}

/** An asked-again signal is another job, so that one that the old owner left behind is no obstacle. */
export function signalJobId(signal: { journal: string; from: number; to: number }, fence: number): string {
  return `s-${signal.journal}-${signal.from}-${signal.to}-${fence}`;
}
