/**
 * What detection hands to evaluation: the matches of one range of one journal, counted per rule, group and second of
 * event time. A replay of the same range makes the same signal.
 */

/** At most so many sample records, each of at most so many bytes of JSON, per rule and signal. */
export const MAX_SAMPLES = 5;
export const MAX_SAMPLE_BYTES = 4_096;
/** A range ends early so that its signal's JSON stays below. */
export const MAX_SIGNAL_BYTES = 512 * 1_024;

export interface Signal {
  /** The journal's id; positions mean something only there. */
  readonly journal: string;
  /** `logweir.node` of the sender. */
  readonly node: string;
  /** Range of positions `[from, to)`. */
  readonly from: number;
  readonly to: number;
  /** Begin of the oldest range that no checkpoint holds, as its node knew when it sent this: where a journal never seen begins. */
  readonly first?: number;
  /** Wall clock of the sending node when the range ended, epoch milliseconds; never backwards per journal. */
  readonly arrivedMs: number;
  readonly rules: readonly RuleSignal[];
  /** A skip signal: so many records were not looked at (the queue was away for too long); `rules` is empty. */
  readonly skipped?: number;
}

export interface RuleSignal {
  readonly rule: string;
  readonly revision: string;
  readonly groups: readonly GroupSignal[];
  /** Matches older than the allowed lateness at their arrival: counted, never evaluated. */
  readonly late: number;
  readonly samples: readonly Sample[];
}

export interface GroupSignal {
  /** Values of `groupBy`, in its order; '' where the record has none. */
  readonly key: readonly string[];
  /**
   * `[second of event time (epoch), matches]`, ratio: `[second, matches, whole]`. A timestamp more than 2 minutes ahead
   * of its arrival counts at the arrival's second.
   */
  readonly seconds: readonly (readonly [number, number] | readonly [number, number, number])[];
  /** distinct, new_term, change: `[second, value]` in order of arrival; each pair once for distinct and new_term; bounded, see `valuesCut`. */
  readonly values?: readonly (readonly [number, string])[];
  /** Values that did not fit. */
  readonly valuesCut?: number;
}

/** A matching record, cut to MAX_SAMPLE_BYTES. */
export interface Sample {
  /** Index of its group in `groups`. */
  readonly group: number;
  /** Public id of the record (timestamp, sequence, node), as the API shows it. */
  readonly id: string;
  readonly timestamp: string;
  readonly level?: string;
  readonly message: string;
  /** The ECS names of groupBy, service.name, host.name, container.name, where it has them. */
  readonly fields: Readonly<Record<string, string>>;
}
