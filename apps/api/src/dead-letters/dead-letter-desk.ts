/** A record that the store refused, as it is kept. */
export interface DeadLetter {
  readonly id: string;
  /** When it was refused, RFC 3339. */
  readonly at: string;
  /** Bounded: what the store calls it, for example `document_parsing_exception`. */
  readonly type: string;
  /** For a person, with the root cause. */
  readonly reason: string;
  /** The record as it was sent to the store. */
  readonly record: Readonly<Record<string, unknown>>;
}

export interface DeadLetterPage {
  /** Oldest first. */
  readonly items: readonly DeadLetter[];
  /** Id of the last item when there are more behind it. */
  readonly next?: string;
}

/** Where refused records wait for a person. The process that ingests keeps them; the API only passes on. */
export interface DeadLetterDesk {
  list(request: { readonly limit: number; readonly after?: string; readonly type?: string }): Promise<DeadLetterPage>;
  /** undefined when no such letter. */
  get(id: string): Promise<DeadLetter | undefined>;
  /** false when no such letter. */
  remove(id: string): Promise<boolean>;
  /**
   * Appends the record, or the corrected one in its place, to the journal again and removes the letter once that is
   * durable. false when no such letter.
   */
  replay(id: string, corrected?: Readonly<Record<string, unknown>>): Promise<boolean>;
}
