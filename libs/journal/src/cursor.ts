/**
 * A cursor file, `cursors/<consumer>.cursor`, is two lines: a JSON object and the CRC-32 of that line in hex.
 *
 *     {"version":1,"journal":"<id>","position":…,"from":…,"mark":"…","counters":{…}}
 *
 * `position` is behind the last record that is handed on for good; `from` the frame in which the oldest join begins that
 * is open there (else `position`), from which a restart collects parts; `mark` is the store's own; `counters` are written
 * with the position so that they agree with it after any crash. It is replaced as a whole: temporary file, fsync, rename, fsync of the folder.
 */
import { crc32 } from 'node:zlib';
import { readOptionalBytes, replaceFile } from '#libs/disk';
import type { Position } from './position.js';

/** A write costs two syncs; a crash repeats at most what was committed since the last, which stores recognise. */
const WRITE_EVERY_MS = 250;

export interface Cursor {
  readonly position: Position;
  readonly from: Position;
}

export interface CursorState extends Cursor {
  readonly mark: string;
  readonly counters: Readonly<Record<string, number>>;
}

export function formatCursor(journal: string, state: CursorState): string {
  const line = JSON.stringify({ version: 1, journal, ...state });
  return `${line}\n${crc32(line).toString(16)}\n`;
}

/** undefined when the text is damaged or belongs to another journal. */
export function parseCursor(journal: string, text: string): CursorState | undefined {
  const [line = '', sum] = text.split('\n');
  if (crc32(line).toString(16) !== sum) return undefined;
  const found = JSON.parse(line) as CursorState & { journal: string };
  if (found.journal !== journal) return undefined;
  return { position: found.position, from: found.from, mark: found.mark, counters: found.counters };
}

/** undefined when there is no file; 'damaged' when it cannot be used. */
export async function readCursor(path: string, journal: string): Promise<CursorState | 'damaged' | undefined> {
  const content = await readOptionalBytes(path);
  return content === undefined ? undefined : (parseCursor(journal, content.toString()) ?? 'damaged');
}

/** Writes the newest state at most four times a second; a changed mark at once. */
export class CursorFile {
  #next: CursorState;
  #written: CursorState;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];

  constructor(
    private readonly path: string,
    private readonly journal: string,
    state: CursorState,
    private readonly onWritten: () => void,
  ) {
    this.#next = state;
    this.#written = state;
  }

  /** What is on disk. */
  get written(): CursorState {
    return this.#written;
  }

  /** The newest state, on disk or not. */
  get state(): CursorState {
    return this.#next;
  }

  /** Resolves when this state, or a newer one, is on disk. */
  write(state: CursorState): Promise<void> {
    const atOnce = state.mark !== this.#next.mark;
    this.#next = state;
    const done = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    done.catch(() => undefined);
    if (atOnce) void this.flush().catch(() => undefined);
    else this.#arm();
    return done;
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), WRITE_EVERY_MS);
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#replace(this.#next);
    try {
      await this.#writing;
      for (const each of waiting) each.resolve();
    } catch (error) {
      for (const each of waiting) each.reject(error);
      throw error;
    } finally {
      this.#writing = undefined;
    }
  }

  async #replace(state: CursorState): Promise<void> {
    await replaceFile(this.path, formatCursor(this.journal, state));
    this.#written = state;
    this.onWritten();
  }
}
