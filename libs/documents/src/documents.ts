/**
 * Small durable documents: the truth of alerts. Rules, silences and receivers made by REST; beside them checkpoints, the
 * evaluator's state with the outbox, whose changes are all or nothing.
 */
import type { Condition } from '#libs/telemetry';

export interface Document {
  readonly id: string;
  /** 1 for a new one, plus 1 with every change; never given twice, also not after a removal. */
  readonly version: number;
  readonly value: unknown;
}

/** What a put or remove found instead of the version it expected. */
export class VersionConflictError extends Error {
  readonly code = 'version_conflict';
  constructor(
    readonly collection: string,
    readonly id: string,
    readonly found: number,
  ) {
    super(`${collection}/${id} is at version ${found} by now: read it again`);
  }
}

/** Somebody with a higher fencing number has taken over. */
export class FencedError extends Error {
  readonly code = 'fenced';
}

/** `version` 0 expects that there is none; absent: whatever is there. A resolved promise means: durable. Values: at most 256 KiB of JSON. */
export interface Documents {
  get(collection: string, id: string): Promise<Document | undefined>;
  list(collection: string): Promise<readonly Document[]>;
  put(collection: string, id: string, value: unknown, version?: number): Promise<Document>;
  /** False when there was none. */
  remove(collection: string, id: string, version?: number): Promise<boolean>;
  /** `name` is a short word, for instance `alerts`. The same object for the same name. */
  checkpoint(name: string): Checkpoint;
  health(): Promise<Condition>;
  close(): Promise<void>;
}

export type Changes = ReadonlyMap<string, string | null>;

/** Keys and texts that change together. Keys are `<kind>/<rest>`, so that a kind can be read by its prefix. */
export interface Checkpoint {
  /** Takes over: appends of lower fencing numbers reject with FencedError from now on. */
  claim(fence: number): Promise<void>;
  /** All of it is durable, or none; null removes. Texts of at most 1 MiB each, 16 MiB in all. */
  append(fence: number, changes: Changes): Promise<void>;
  /** Everything whose key begins so. */
  read(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Needs no fencing number: what a delivered outbox entry's worker does. */
  remove(keys: readonly string[]): Promise<void>;
  /** Highest fencing number that claimed; 0 when none did. */
  fence(): Promise<number>;
}
