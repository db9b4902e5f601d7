/** How far records are in the process that ingests. Counters are in lines and only grow, also over restarts. */
export interface IngestView {
  /** received = the others together, and what is in the journal. */
  readonly records: {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly dead_lettered: number;
    /** By reason. */
    readonly dropped: Readonly<Record<string, number>>;
    readonly joined: number;
  };
  readonly journal: { readonly bytes: number; readonly max_bytes: number; readonly records: number };
  /** Bytes of the journal that are not in the store yet, or passed no rule yet. */
  readonly lag: { readonly drain_bytes: number; readonly detect_bytes?: number };
}
