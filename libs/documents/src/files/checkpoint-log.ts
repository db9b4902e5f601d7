/**
 * The file behind a checkpoint (frame.ts says what is in it): appends that wait together share one write and one fdatasync.
 * When it is twice as long as what lives in it, a new file is written beside it while appends go on; what they add meanwhile
 * is kept and follows at the end, in the moment in which the new file takes the old one's name.
 */
import { open, readFile, rename, rm, truncate, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile, syncPath } from '#libs/disk';
import type { Report } from '../documents.js';
import { DocumentsError, reasonOf } from '../errors.js';
import { encodeFrame, type Frame, LOG_HEAD } from './frame.js';
import { readLog } from './log-reader.js';

/** Below it a log is not worth the syncs of a new file. */
const COMPACT_FLOOR_BYTES = 8 * 1024 * 1024;
/** What one fdatasync takes at most, beside one append that is longer by itself. */
const MAX_GROUP_BYTES = 16 * 1024 * 1024;
/** The new file is written in pieces of this length, between which appends go on. */
const COMPACT_PIECE_BYTES = 256 * 1024;

/** What lives now; the log asks when it writes a new file. */
export interface Living {
  readonly fence: number;
  readonly number: number;
  readonly entries: Iterable<readonly [string, string]>;
}

interface Waiting {
  readonly frame: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Compaction {
  readonly since: Buffer[];
  file?: FileHandle;
  size: number;
  failed?: unknown;
}

export interface LogOptions {
  readonly path: string;
  readonly report: Report;
  readonly living: () => Living;
  readonly compactFloorBytes?: number;
}

export class CheckpointLog {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #compaction: Compaction | undefined;
  #snapshot: Promise<void> = Promise.resolve();
  /** After a failed write or sync nobody knows what the file holds: it is written anew before the next append. */
  #suspect = false;
  #closed = false;
  #compactAt = 0;

  private constructor(
    private readonly options: LogOptions,
    private file: FileHandle,
    private size: number,
  ) {}

  /** Reads the log, or begins one; a torn tail is cut off, kept as `<name>.log.cut` and reported. */
  static async open(options: LogOptions, each: (frame: Frame) => void): Promise<CheckpointLog> {
    const { path } = options;
    await rm(`${path}.new`, { force: true });
    const size = await recover(path, options.report, each);
    const log = new CheckpointLog(options, await open(path, 'r+'), size);
    log.#compactAt = Math.max(log.#floor, 2 * livingBytes(options.living()));
    return log;
  }

  /** `applied` is called once the frame is durable, before anything else is written. */
  append(frame: Buffer, applied: () => void): Promise<void> {
    if (this.#closed) return Promise.reject(new DocumentsError('documents_closed', `${this.options.path} is closed`));
    return new Promise((resolve, reject) => {
      const done = (): void => {
        applied();
        resolve();
      };
      this.#waiting.push({ frame, resolve: done, reject });
      this.#wake();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#snapshot;
    if (this.#compaction?.file !== undefined) await this.#compaction.file.close();
    this.#compaction = undefined;
    await this.file.close();
  }

  get #floor(): number {
    return this.options.compactFloorBytes ?? COMPACT_FLOOR_BYTES;
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#wake();
    });
  }

  async #run(): Promise<void> {
    // Appends of the same turn of the event loop share the first sync.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#compaction?.file !== undefined) {
      if (this.#waiting.length > 0) await this.#commit(this.#takeGroup());
      if (this.#compaction?.file !== undefined) await this.#swap(this.#compaction);
      if (this.#compaction === undefined && this.size > this.#compactAt && !this.#closed) this.#compact();
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    const over = this.#waiting.findIndex(({ frame }, index) => (bytes += frame.length) > MAX_GROUP_BYTES && index > 0);
    return this.#waiting.splice(0, over < 0 ? this.#waiting.length : over);
  }

  async #commit(group: Waiting[]): Promise<void> {
    try {
      if (this.#suspect) await this.#writeAnew();
      const bytes = Buffer.concat(group.map(({ frame }) => frame));
      await writeAt(this.file, bytes, this.size);
      await this.file.datasync();
      this.size += bytes.length;
    } catch (error) {
      await this.#refuse(group, error);
      return;
    }
    this.#compaction?.since.push(...group.map(({ frame }) => frame));
    for (const { resolve } of group) resolve();
  }

  async #refuse(group: Waiting[], error: unknown): Promise<void> {
    const { path, report } = this.options;
    this.#suspect = true;
    await this.file.truncate(this.size).catch(() => undefined);
    report('checkpoint_write_failed', { file: path, appends: group.length, error: reasonOf(error) });
    const message = `${path} takes no writes (${reasonOf(error)}): free space or check its rights; the append may or may not be there after a restart`;
    for (const { reject } of group) reject(new DocumentsError('documents_write_failed', message, { cause: error }));
  }

  #compact(): void {
    const compaction: Compaction = { since: [], size: 0 };
    this.#compaction = compaction;
    this.#snapshot = this.#writeLiving(compaction).catch((error: unknown) => this.#giveUp(compaction, error));
    void this.#snapshot.then(() => this.#wake());
  }

  /** The old file goes on; the next try is when it has grown by half. */
  async #giveUp(compaction: Compaction, error: unknown): Promise<void> {
    await compaction.file?.close().catch(() => undefined);
    if (this.#compaction === compaction) this.#compaction = undefined;
    this.#compactAt = this.size * 1.5;
    this.options.report('checkpoint_write_failed', { file: `${this.options.path}.new`, appends: 0, error: reasonOf(error) });
  }

  async #writeAnew(): Promise<void> {
    await this.#snapshot;
    await this.#compaction?.file?.close();
    const compaction: Compaction = { since: [], size: 0 };
    this.#compaction = undefined;
    await this.#writeLiving(compaction);
    await this.#take(compaction);
    this.#suspect = false;
  }

  /** Entries that change meanwhile are right all the same: `since` has them again. */
  async #writeLiving(compaction: Compaction): Promise<void> {
    const file = await open(`${this.options.path}.new`, 'w', 0o640);
    try {
      const add = async (bytes: Buffer): Promise<void> => {
        await writeAt(file, bytes, compaction.size);
        compaction.size += bytes.length;
      };
      await add(LOG_HEAD);
      for (const piece of pieces(this.options.living())) await add(piece);
      await file.datasync();
    } catch (error) {
      await file.close();
      throw error;
    }
    compaction.file = file;
  }

  async #swap(compaction: Compaction): Promise<void> {
    try {
      await this.#take(compaction);
      this.#compaction = undefined;
    } catch (error) {
      await this.#giveUp(compaction, error);
    }
  }

  async #take(compaction: Compaction): Promise<void> {
    const { file } = compaction;
    const { path, report } = this.options;
    if (file === undefined) return;
    const since = Buffer.concat(compaction.since);
    await writeAt(file, since, compaction.size);
    await file.datasync();
    await rename(`${path}.new`, path);
    const before = this.size;
    const old = this.file;
    this.file = file;
    this.size = compaction.size + since.length;
    this.#compactAt = Math.max(this.#floor, 2 * this.size);
    await old.close();
    await syncPath(dirname(path));
    report('checkpoint_compacted', { file: path, before, bytes: this.size });
  }
}

function* pieces(living: Living): Generator<Buffer> {
  const { fence, number } = living;
  let changes = new Map<string, string>();
  let chars = 0;
  for (const [key, text] of living.entries) {
    changes.set(key, text);
    chars += key.length + text.length;
    if (chars < COMPACT_PIECE_BYTES) continue;
    yield encodeFrame({ fence, number, changes });
    changes = new Map();
    chars = 0;
  }
  yield encodeFrame({ fence, number, changes });
}

function livingBytes(living: Living): number {
  let bytes = 0;
  for (const [key, text] of living.entries) bytes += 8 + Buffer.byteLength(key) + Buffer.byteLength(text);
  return bytes;
}

async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Gives the length of the log, all of which is good then. */
async function recover(path: string, report: Report, each: (frame: Frame) => void): Promise<number> {
  const found = await readLog(path, each).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined || found.end === 0) {
    await replaceFile(path, LOG_HEAD);
    return LOG_HEAD.length;
  }
  if (found.end === found.size) return found.end;
  await replaceFile(`${path}.cut`, (await readFile(path)).subarray(found.end));
  await truncate(path, found.end);
  const event = found.damaged ? 'checkpoint_damaged' : 'checkpoint_tail_cut';
  report(event, { file: path, offset: found.end, bytes: found.size - found.end });
  return found.end;
}
