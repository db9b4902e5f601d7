/**
 * Small durable documents: the truth of alerts. Rules, silences and receivers made by REST; beside them checkpoints, the
 * evaluator's state with the outbox, whose changes are all or nothing.
 */
import type { Condition } from '#libs/telemetry';

export interface Document {
  readonly id: string;
  /** 1 for a new one, plus 1 with every change; never given twice, also not after a removal: there a new one begins higher. */
  readonly version: number;
  readonly value: unknown;
}

/**
 * `version` 0 expects that there is none; absent: whatever is there. A resolved promise means: durable. Values: at most
 * 256 KiB of JSON. Collections are named `^[a-z][a-z0-9-]{0,31}$`, ids `^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$`. All reject
 * with DocumentsError, put and remove with VersionConflictError as well.
 */
export interface Documents {
  get(collection: string, id: string): Promise<Document | undefined>;
  /** In order of ids. */
  list(collection: string): Promise<readonly Document[]>;
  put(collection: string, id: string, value: unknown, version?: number): Promise<Document>;
  /** False when there was none. */
  remove(collection: string, id: string, version?: number): Promise<boolean>;
  /** `name` is a short word, for instance `alerts`. The same object for the same name. */
  checkpoint(name: string): Checkpoint;
  health(): Promise<Condition>;
  close(): Promise<void>;
}

/** What the owner of documents may ask besides. */
export interface OpenedDocuments extends Documents {
  /** Settings of the server that endanger what is stored; none for files. Rejects while the server is away. */
  check(): Promise<readonly Finding[]>;
  /** Whether the copy took what was last sent to it; well where there is none. */
  copyHealth(): Condition;
}

/** A setting of the server under which what was promised does not hold, or holds less. */
export interface Finding {
  readonly setting: string;
  readonly found: string;
  readonly advised: string;
  /** refuse: truth would be lost in everyday use; warn: after a crash, or it could not be read. */
  readonly severity: 'refuse' | 'warn';
  readonly reason: string;
}

export type Changes = ReadonlyMap<string, string | null>;

/** Keys and texts that change together. Keys are `<kind>/<rest>`, so that a kind can be read by its prefix; at most 1 KiB. */
export interface Checkpoint {
  /** Takes over: appends of lower fencing numbers reject with FencedError from now on. */
  claim(fence: number): Promise<void>;
  /**
   * All of it is durable, or none; null removes. Texts of at most 1 MiB each, 96 MiB in all. Gives the append's number,
   * which rises. Rejects with FencedError when somebody claimed a higher number, or when what was claimed is lost.
   */
  append(fence: number, changes: Changes): Promise<number>;
  /** Everything whose key begins so. */
  read(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Needs no fencing number: what a delivered outbox entry's worker does. */
  remove(keys: readonly string[]): Promise<void>;
  /** Highest fencing number that claimed; 0 when none did. */
  fence(): Promise<number>;
  /** Highest number of an append that also outlives an emptied server; without a copy the last append. 0 when there is none. */
  copied(): Promise<number>;
}

/** Something that changed, for the log and the counters. */
export type Report = (event: DocumentsEvent, details: Readonly<Record<string, string | number>>) => void;

export type DocumentsEvent =
  | 'checkpoint_tail_cut'
  | 'checkpoint_damaged'
  | 'checkpoint_compacted'
  | 'checkpoint_write_failed'
  | 'document_damaged'
  | 'documents_away'
  | 'documents_back'
  | 'documents_new'
  | 'documents_emptied'
  | 'documents_filled'
  | 'copy_away'
  | 'copy_back';
