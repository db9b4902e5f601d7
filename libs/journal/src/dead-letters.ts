/**
 * Records that a store refused, until a person looks at them: listed, read, removed, sent again. Bounded in bytes: when
 * the files are longer than the limit the oldest goes, and what was still in it is counted. Files go from the oldest on
 * only, as a removal lies in the same file as its letter or in a later one. Format: dead-letter-file.ts.
 */
import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { syncPath } from '#libs/disk';
import { appendSynced, type DeadLetter, formatLetter, formatRemoval, parseLetter, readRange, scanLetters } from './dead-letter-file.js';
import { offsetOf, type Position, positionOf, segmentOf } from './position.js';
import type { Report } from './recovery.js';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
/** So that dropping the oldest file drops an eighth of the letters at most. */
const FILES = 8;

export interface DeadLettersOptions {
  /** Folder of the dead letters alone. */
  readonly dir: string;
  /** Default 64 MiB. */
  readonly maxBytes?: number;
  /** Counts `dead_letters_dropped`. */
  readonly count?: (name: string, by?: number) => void;
  readonly report?: Report;
}

export interface LetterPage {
  readonly items: readonly DeadLetter[];
  /** Give it as `after` for the next page; absent on the last. It stays good when letters are removed. */
  readonly next?: string;
}

export interface ListRequest {
  readonly limit: number;
  readonly after?: string;
  readonly type?: string;
  /** Default newest first. */
  readonly order?: 'newest' | 'oldest';
}

interface Entry {
  readonly place: Position;
  readonly bytes: number;
  readonly type: string;
}

interface LetterFile {
  readonly number: number;
  readonly path: string;
  bytes: number;
}

export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #maxBytes: number;
  /** By id, oldest first. */
  readonly #letters = new Map<string, Entry>();
  readonly #files: LetterFile[] = [];
  #newest: FileHandle | undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: DeadLettersOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  static async open(options: DeadLettersOptions): Promise<DeadLetters> {
    const letters = new DeadLetters(options);
    await mkdir(options.dir, { recursive: true, mode: 0o750 });
    for (const name of (await readdir(options.dir)).sort()) {
      const number = /^(\d{10})\.letters$/.exec(name)?.[1];
      if (number !== undefined) await letters.#load(Number(number), join(options.dir, name));
    }
    return letters;
  }

  async #load(number: number, path: string): Promise<void> {
    const content = await readFile(path);
    const { entries, end } = scanLetters(content);
    for (const { head, offset, bytes } of entries) {
      if ('removed' in head) this.#letters.delete(head.removed);
      else this.#note(head.id, { place: positionOf(number, offset), bytes, type: head.type });
    }
    if (end < content.length) {
      this.#options.report?.('dead_letters_tail_cut', { file: path, bytes: content.length - end });
      await truncate(path, end);
    }
    this.#files.push({ number, path, bytes: end });
  }

  #note(id: string, entry: Entry): void {
    this.#letters.delete(id);
    this.#letters.set(id, entry);
  }

  get count(): number {
    return this.#letters.size;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.bytes, 0);
  }

  /** Resolves when all of them are on disk. A letter with an id that is already here takes its place. */
  put(letters: readonly DeadLetter[]): Promise<void> {
    return this.#inTurn(async () => {
      const texts = letters.map(formatLetter);
      let place = await this.#append(texts.join(''));
      for (const [index, { id, type }] of letters.entries()) {
        const bytes = Buffer.byteLength(texts[index] as string);
        this.#note(id, { place, bytes, type });
        place += bytes;
      }
      await this.#dropOld();
    });
  }

  /** Resolves when it is gone for good; false when there was none. */
  remove(id: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.#letters.has(id)) return false;
      await this.#append(formatRemoval(id));
      this.#letters.delete(id);
      await this.#dropOld();
      return true;
    });
  }

  /** One change at a time. */
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(change, change);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Gives where the text begins. */
  async #append(text: string): Promise<Position> {
    const file = await this.#fileForWriting();
    const offset = file.bytes;
    file.bytes += await appendSynced(this.#newest as FileHandle, text, offset);
    return positionOf(file.number, offset);
  }

  async #fileForWriting(): Promise<LetterFile> {
    const newest = this.#files.at(-1);
    if (newest !== undefined && this.#newest !== undefined && newest.bytes < this.#maxBytes / FILES) return newest;
    await this.#newest?.close();
    this.#newest = undefined;
    const number = (newest?.number ?? 0) + 1;
    const path = join(this.#options.dir, `${String(number).padStart(10, '0')}.letters`);
    this.#newest = await open(path, 'wx', 0o640);
    await syncPath(this.#options.dir);
    const file = { number, path, bytes: 0 };
    this.#files.push(file);
    return file;
  }

  async #dropOld(): Promise<void> {
    while (this.#files.length > 1) {
      const oldest = this.#files[0] as LetterFile;
      const [first] = this.#letters.values();
      const inUse = first !== undefined && segmentOf(first.place) === oldest.number;
      if (inUse && this.bytes <= this.#maxBytes) return;
      if (inUse) this.#forget(oldest.number);
      this.#files.shift();
      await rm(oldest.path, { force: true });
    }
  }

  #forget(number: number): void {
    let dropped = 0;
    for (const [id, { place }] of this.#letters) {
      if (segmentOf(place) !== number) break;
      this.#letters.delete(id);
      dropped++;
    }
    this.#options.count?.('dead_letters_dropped', dropped);
    this.#options.report?.('dead_letters_dropped', { letters: dropped, limit: this.#maxBytes });
  }

  /** undefined when there is no such letter. Throws `DeadLetterError` when it is damaged. */
  async get(id: string): Promise<DeadLetter | undefined> {
    const entry = this.#letters.get(id);
    const file = entry && this.#files.find((each) => each.number === segmentOf(entry.place));
    if (entry === undefined || file === undefined) return undefined;
    return parseLetter(await readRange(file.path, offsetOf(entry.place), entry.bytes));
  }

  /** Damaged letters are left out. */
  async list(request: ListRequest): Promise<LetterPage> {
    const newest = request.order !== 'oldest';
    const ids = newest ? [...this.#letters.keys()].reverse() : [...this.#letters.keys()];
    const after = request.after === undefined ? undefined : Number(request.after);
    const items: DeadLetter[] = [];
    let last = '';
    for (const id of ids) {
      const entry = this.#letters.get(id);
      if (entry === undefined || (request.type !== undefined && entry.type !== request.type)) continue;
      if (after !== undefined && (newest ? entry.place >= after : entry.place <= after)) continue;
      if (items.length >= request.limit) return { items, next: last };
      const letter = await this.get(id).catch(() => undefined);
      if (letter !== undefined) items.push(letter);
      last = String(entry.place);
    }
    return { items };
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#newest?.close();
    this.#newest = undefined;
  }
}
