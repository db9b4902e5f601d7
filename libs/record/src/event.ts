/**
 * One event as a source hands it on, in the words of the Forward specification (tag, time, record). Every protocol
 * decodes to this shape; `Normaliser` turns it into the stored record.
 */
export type Value = string | number | bigint | boolean | null | Uint8Array | readonly Value[] | { readonly [key: string]: Value };

/** The record's fields without its text. Made with a null prototype, so that a key such as `__proto__` is only a key. */
export type Fields = Readonly<Record<string, Value>>;

export interface Event {
  /** The forward tag; empty where the protocol has none. */
  readonly tag: string;
  /** Unix seconds given by the sender, or -1 when it gave none (nil or 0): the arrival time then counts. */
  readonly seconds: number;
  /** 0 to 999 999 999, beside `seconds`. */
  readonly nanos: number;
  /** The line itself: the string under `log`; undefined when the sender gave structured fields only. */
  readonly text: string | undefined;
  /**
   * All other fields. A decoder may give the identical object for identical bytes (Docker repeats its container fields
   * with every line), so consumers may cache by identity in a WeakMap; it is frozen then, and only
   * then is it worth it. Nobody may change it either way.
   */
  readonly fields: Fields;
}

/** What is known of a batch of events when it comes in: one object per chunk or per read of a socket. */
export interface Arrival {
  /** Wall clock at arrival, nanoseconds since the epoch. It becomes `event.created`. */
  readonly createdNs: bigint;
  /** Which door: it becomes `logweir.source`. */
  readonly source: 'forward' | 'json' | 'http';
}
