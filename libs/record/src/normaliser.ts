import type { Arrival, Event } from './event.js';

/** How a record's text begins in the journal: the writer puts the sequence between this and what `normalise` gave. */
export const RECORD_HEAD = '{"event":{"sequence":';

export interface NormaliserOptions {
  /** `logweir.node`: node name and the start of the journal's id. */
  readonly node: string;
  /** `host.name` for events that bring none. */
  readonly host: string;
  /** IANA zone for times without one. */
  readonly zone: string;
  /** Inner times older than this before arrival do not count. */
  readonly retentionMs: number;
  /** Longest `message` in characters; the rest is cut off with a mark. */
  readonly maxMessage: number;
  /** `data_stream.dataset` by tag: empty for none, undefined for one too many. Absent: no record has one. */
  readonly datasetOf?: (tag: string) => string | undefined;
  /** Called once per oddity (`time_out_of_range`, `message_cut`, ...), for the counters. */
  readonly count: (reason: string) => void;
}

/** Contract of the normaliser: pure but for `count` and what `datasetOf` remembers; the same event and arrival give the same text. */
export interface Normalise {
  /** The record as JSON text from behind the sequence on: begins with `,` or `}`, closes the object. No newline inside. Never throws. */
  normalise(event: Event, arrival: Arrival): string;
  /** What a part of a join keeps of its event and arrival, as one line of JSON. */
  part(event: Event, arrival: Arrival): string;
  /** The joined record from its parts in order; `separator` is '' for Docker's parts and '\n' for stack traces. */
  join(parts: readonly string[], separator: '' | '\n'): string;
}
