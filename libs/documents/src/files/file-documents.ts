import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncPath } from '#libs/disk';
import type { Condition } from '#libs/telemetry';
import type { Checkpoint, Document, Finding, OpenedDocuments, Report } from '../documents.js';
import { DocumentsError, reasonOf } from '../errors.js';
import { checkCollection, checkId, formatValue } from '../limits.js';
import { Collection } from './collection.js';
import { FileCheckpoint } from './file-checkpoint.js';

export interface FileDocumentsOptions {
  readonly dir: string;
  readonly report: Report;
  /** A checkpoint's log shorter than this is not compacted; 8 MiB. */
  readonly compactFloorBytes?: number;
}

/** Documents and checkpoints in a folder that one process has for itself. */
export class FileDocuments implements OpenedDocuments {
  readonly #collections = new Map<string, Collection>();
  readonly #checkpoints = new Map<string, FileCheckpoint>();
  #closed = false;

  private constructor(private readonly options: FileDocumentsOptions) {}

  static async open(options: FileDocumentsOptions): Promise<FileDocuments> {
    const { dir } = options;
    try {
      for (const folder of ['documents', 'checkpoints']) await mkdir(join(dir, folder), { recursive: true, mode: 0o750 });
      for (const folder of [dir, dirname(dir)]) await syncPath(folder);
    } catch (error) {
      throw new DocumentsError('documents_unavailable', `${dir} cannot be used (${reasonOf(error)}): check the folder and its rights`, {
        cause: error,
      });
    }
    return new FileDocuments(options);
  }

  async get(collection: string, id: string): Promise<Document | undefined> {
    checkId(id);
    return this.#collection(collection).get(id);
  }

  async list(collection: string): Promise<readonly Document[]> {
    return this.#collection(collection).list();
  }

  async put(collection: string, id: string, value: unknown, version?: number): Promise<Document> {
    checkId(id);
    return this.#collection(collection).put(id, formatValue(collection, id, value), version);
  }

  async remove(collection: string, id: string, version?: number): Promise<boolean> {
    checkId(id);
    return this.#collection(collection).remove(id, version);
  }

  checkpoint(name: string): Checkpoint {
    checkCollection(name);
    this.#checkOpen();
    const { dir, ...rest } = this.options;
    const known = this.#checkpoints.get(name) ?? new FileCheckpoint(name, { ...rest, path: join(dir, 'checkpoints', `${name}.log`) });
    this.#checkpoints.set(name, known);
    return known;
  }

  async check(): Promise<readonly Finding[]> {
    return [];
  }

  copyHealth(): Condition {
    return { ok: true, reason: '' };
  }

  async health(): Promise<Condition> {
    try {
      await syncPath(join(this.options.dir, 'documents'));
      return { ok: !this.#closed, reason: this.#closed ? 'closed' : '' };
    } catch (error) {
      return { ok: false, reason: `${this.options.dir} cannot be used (${reasonOf(error)}): check the folder and its rights` };
    }
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const collection of this.#collections.values()) await collection.idle();
    for (const checkpoint of this.#checkpoints.values()) await checkpoint.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw new DocumentsError('documents_closed', `the documents in ${this.options.dir} are closed`);
  }

  #collection(name: string): Collection {
    checkCollection(name);
    this.#checkOpen();
    const known = this.#collections.get(name) ?? new Collection(name, join(this.options.dir, 'documents', name), this.options.report);
    this.#collections.set(name, known);
    return known;
  }
}
