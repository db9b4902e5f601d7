/**
 * A collection is a folder, `documents/<collection>/`:
 *
 *     <id>.json          {"id":"…","version":3,"value":…}
 *     highest-version    the highest version of any removed document, written before the removal: new ones begin above it
 *     <id>.json.new      left by a process that ended while it wrote; overwritten by the next
 *
 * Names of files tell upper from lower case, as the file system must.
 */
import { mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { replaceFile, syncPath } from '#libs/disk';
import type { Document, Report } from '../documents.js';
import { DocumentsError, reasonOf, VersionConflictError } from '../errors.js';
import { isId, MAX_DOCUMENTS, tooMany } from '../limits.js';

const SUFFIX = '.json';
const HIGHEST = 'highest-version';

interface Stored {
  readonly version: number;
  /** JSON: what is given out is the caller's own. */
  readonly text: string;
}

export class Collection {
  readonly #stored = new Map<string, Stored>();
  #highest = 0;
  #loaded: Promise<void> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly dir: string,
    private readonly report: Report,
  ) {}

  async get(id: string): Promise<Document | undefined> {
    await this.#load();
    const found = this.#stored.get(id);
    return found === undefined ? undefined : documentOf(id, found);
  }

  async list(): Promise<Document[]> {
    await this.#load();
    return [...this.#stored].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, found]) => documentOf(id, found));
  }

  put(id: string, text: string, expected: number | undefined): Promise<Document> {
    return this.#inTurn(async () => {
      const version = this.#expect(id, expected);
      if (version === 0 && this.#stored.size >= MAX_DOCUMENTS) throw tooMany(this.name);
      const next = { version: (version === 0 ? this.#highest : version) + 1, text };
      await this.#write(join(this.dir, id + SUFFIX), `{"id":${JSON.stringify(id)},"version":${next.version},"value":${text}}\n`);
      this.#stored.set(id, next);
      return documentOf(id, next);
    });
  }

  remove(id: string, expected: number | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const version = this.#expect(id, expected);
      if (version === 0) return false;
      if (version > this.#highest) await this.#write(join(this.dir, HIGHEST), `${version}\n`);
      this.#highest = Math.max(version, this.#highest);
      await this.#durably(() => unlink(join(this.dir, id + SUFFIX)).then(() => syncPath(this.dir)));
      this.#stored.delete(id);
      return true;
    });
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    await this.#last.catch(() => undefined);
  }

  #expect(id: string, expected: number | undefined): number {
    const version = this.#stored.get(id)?.version ?? 0;
    if (expected !== undefined && expected !== version) throw new VersionConflictError(this.name, id, version);
    return version;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(
      () => this.#load().then(work),
      () => this.#load().then(work),
    );
    this.#last = next;
    return next;
  }

  #write(path: string, content: string): Promise<void> {
    return this.#durably(() => replaceFile(path, content));
  }

  async #durably(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const message = `${this.dir} takes no writes (${reasonOf(error)}): free space or check its rights; nothing is promised`;
      throw new DocumentsError('documents_write_failed', message, { cause: error });
    }
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#readFolder().catch((error: unknown) => {
      this.#loaded = undefined;
      throw new DocumentsError('documents_unavailable', `${this.dir} cannot be read (${reasonOf(error)})`, { cause: error });
    });
    return this.#loaded;
  }

  async #readFolder(): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o750 });
    await syncPath(dirname(this.dir));
    for (const name of await readdir(this.dir)) {
      const id = name.slice(0, -SUFFIX.length);
      if (name === HIGHEST) this.#highest = Number(await readFile(join(this.dir, name), 'utf8')) || 0;
      else if (name.endsWith(SUFFIX) && isId(id)) await this.#readDocument(id, join(this.dir, name));
    }
  }

  /** A file that is no document is put aside, and the others go on. */
  async #readDocument(id: string, path: string): Promise<void> {
    const stored = parseDocument(id, await readFile(path, 'utf8'));
    if (stored !== undefined) {
      this.#stored.set(id, stored);
      return;
    }
    await rename(path, `${path}.damaged`);
    this.report('document_damaged', { file: `${path}.damaged`, collection: this.name, id });
  }
}

function documentOf(id: string, stored: Stored): Document {
  return { id, version: stored.version, value: JSON.parse(stored.text) as unknown };
}

function parseDocument(id: string, text: string): Stored | undefined {
  try {
    const found = JSON.parse(text) as { id: unknown; version: unknown; value: unknown } | null;
    if (found?.id !== id || typeof found.version !== 'number' || found.value === undefined) return undefined;
    return { version: found.version, text: JSON.stringify(found.value) };
  } catch {
    return undefined;
  }
}
