import type { Instant } from '#libs/record';

/** What is sent of a line. */
export interface Entry {
  readonly time: Instant;
  readonly text: string;
  /** Fields beside the text; the identical object for equal ones. */
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, string>>;

/** Lines of one file format → entries. One for all files of a source, in their order. */
export interface EntryReader {
  /** None for a piece that waits for its rest, and for an empty line. */
  take(line: Buffer): Entry | undefined;
  /** True while a piece waits. */
  readonly isOpen: boolean;
  /** Gives up waiting: what is there. */
  flush(): Entry[];
  /** For the state file: what the next run has to know. */
  save(): Saved;
  restore(saved: Saved): void;
  /** Lines that were not what the format says, and were sent as they are. */
  readonly malformed: number;
}

export interface Saved {
  /** Of the last line: that of one without a time. */
  readonly time?: Instant;
  /** Pieces that wait at the end of a rotated file, by stream. */
  readonly open?: Readonly<Record<string, { readonly time: Instant; readonly text: string }>>;
}
