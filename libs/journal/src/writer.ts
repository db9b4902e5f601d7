/**
 * The writer makes appends durable, several at a time (group commit): frames that are waiting go out in one `writev`
 * and one `fdatasync`, one commit at a time. A commit begins
 *
 *   - at once when somebody waits for an acknowledgement, after the one that is running;
 *   - else 10 ms after the first frame or at 1 MiB, so that a fast sender without acks does not cost a sync per read.
 *
 * It takes frames until they are 4 MiB: what waits behind a slow disk is acknowledged, and seen by readers who find it in memory, piece by
 * piece. A batch belongs to one segment. Before the first batch of a new one the old segment is sealed. When a write or a sync
 * fails, everything that waits fails too, as it lies behind the hole; the file is cut to what is durable.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { JournalWriteError } from './errors.js';
import type { Frame } from './frame.js';
import type { OpenJoins } from './open-joins.js';
import { encodeFoot, type Segment } from './segment.js';

const COMMIT_DELAY_MS = 10;
const COMMIT_BYTES = 1024 * 1024;
/** Half of what the head keeps in memory. */
const MOST_COMMIT_BYTES = 4 * 1024 * 1024;

/** A segment that is not on disk before its first batch. */
export interface Planned {
  readonly segment: Segment;
  readonly head: Buffer;
}

export interface Batch {
  readonly plan: Planned;
  readonly frames: Frame[];
  /** Hashes of the chunks among them. */
  readonly chunks: Buffer[];
  readonly done: Promise<'stored'>;
  /** `OpenJoins.mark` behind the last frame. */
  joins: number;
  bytes: number;
  lines: number;
  urgent: boolean;
}

interface Queued extends Batch {
  readonly resolve: (outcome: 'stored') => void;
  readonly reject: (error: Error) => void;
}

export interface WriterEvents {
  /** Called after a commit and before its appends resolve. */
  readonly durable: (batch: Batch) => void;
  /** Called before a segment is sealed: the side file of its chunk ids must be on disk first. */
  readonly sealing: (segment: Segment) => Promise<void>;
  /** Called when a segment's file exists. */
  readonly opened: (segment: Segment) => Promise<void>;
  /** Called once for all that failed; the writer takes nothing for the failed segments any more. */
  readonly failed: (error: JournalWriteError, batches: readonly Batch[]) => void;
}

export class Writer {
  #queue: Queued[] = [];
  #file: FileHandle | undefined;
  #segment: Segment | undefined;
  #frames = 0;
  #lines = 0;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #soon = false;
  /** Bytes of frames that are not durable yet. */
  pendingBytes = 0;
  commits = 0;

  constructor(
    private readonly joins: OpenJoins,
    private readonly events: WriterEvents,
  ) {}

  /** Adds a frame to what the next commit writes. `done` is shared by all of that commit. */
  add(plan: Planned, frame: Frame, extras: { counted: number; urgent: boolean; chunk: Buffer | undefined }): Batch {
    let batch = this.#queue.at(-1);
    if (batch === undefined || batch.plan !== plan || batch.bytes >= MOST_COMMIT_BYTES) {
      batch = newBatch(plan);
      this.#queue.push(batch);
    }
    batch.frames.push(frame);
    batch.bytes += frame.bytes.length;
    batch.lines += extras.counted;
    batch.urgent ||= extras.urgent;
    batch.joins = this.joins.mark;
    if (extras.chunk !== undefined) batch.chunks.push(extras.chunk);
    this.pendingBytes += frame.bytes.length;
    this.#schedule();
    return batch;
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#soon) return;
    const first = this.#queue[0];
    if (first === undefined) return;
    if (first.urgent || first.bytes >= COMMIT_BYTES || this.#queue.length > 1) {
      this.#soon = true;
      // Behind the sockets that are readable in this turn, so that their appends share the commit.
      setImmediate(() => this.#start());
    } else this.#timer ??= setTimeout(() => this.#start(), COMMIT_DELAY_MS);
  }

  #start(): void {
    this.#soon = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running !== undefined || this.#queue.length === 0) return;
    this.#running = this.#commitNext().finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
  }

  async #commitNext(): Promise<void> {
    const batch = this.#queue.shift() as Queued;
    try {
      await this.#openFor(batch.plan);
      await this.#write(batch);
    } catch (cause) {
      await this.#fail(batch, cause);
      return;
    }
    this.#frames += batch.frames.length;
    this.#lines += batch.lines;
    this.pendingBytes -= batch.bytes;
    this.commits++;
    this.events.durable(batch);
    batch.resolve('stored');
  }

  async #openFor(plan: Planned): Promise<void> {
    if (this.#segment === plan.segment) return;
    await this.seal();
    const file = await open(plan.segment.path, 'wx', 0o640);
    try {
      await writeAll(file, [plan.head], 0);
      await this.events.opened(plan.segment);
    } catch (error) {
      await file.close();
      await rm(plan.segment.path, { force: true });
      throw error;
    }
    this.#file = file;
    this.#segment = plan.segment;
    this.#frames = 0;
    this.#lines = 0;
  }

  async #write(batch: Queued): Promise<void> {
    const file = this.#file as FileHandle;
    const segment = batch.plan.segment;
    await writeAll(file, runsOf(batch.frames), segment.end);
    await file.datasync();
    segment.end += batch.bytes;
  }

  async #fail(batch: Queued, cause: unknown): Promise<void> {
    const failed = [batch, ...this.#queue];
    this.#queue = [];
    const frames = new Map(failed.flatMap((each) => each.frames.map(({ position, bytes }) => [position, bytes] as const)));
    const error = new JournalWriteError(batch.plan.segment.path, cause, frames);
    this.pendingBytes = 0;
    this.events.failed(error, failed);
    // Nobody is answered before the file is cut, so that what failed cannot come back at the next start.
    await this.#cut();
    for (const each of failed) each.reject(error);
  }

  async #cut(): Promise<void> {
    const file = this.#file;
    const segment = this.#segment;
    this.#file = undefined;
    this.#segment = undefined;
    if (file === undefined || segment === undefined) return;
    try {
      await file.truncate(segment.end);
      await this.events.sealing(segment);
      await this.#writeFoot(file, segment);
    } catch {
      // The segment stays without a foot; readers know its end, and the next start cuts or steps over what is torn.
    }
    await file.close().catch(() => undefined);
  }

  /** Writes the foot of the open segment, if there is one. */
  async seal(): Promise<void> {
    const file = this.#file;
    const segment = this.#segment;
    if (file === undefined || segment === undefined) return;
    this.#file = undefined;
    this.#segment = undefined;
    try {
      await this.events.sealing(segment);
      await this.#writeFoot(file, segment);
    } finally {
      await file.close();
    }
  }

  async #writeFoot(file: FileHandle, segment: Segment): Promise<void> {
    const foot = encodeFoot(segment.number, { frames: this.#frames, lines: this.#lines, end: segment.end, open: this.joins.durable });
    await writeAll(file, [foot], segment.end);
    await file.datasync();
  }

  /** Commits what waits, whatever it costs. */
  async flush(): Promise<void> {
    for (;;) {
      if (this.#running !== undefined) await this.#running;
      else if (this.#queue.length > 0) this.#start();
      else return;
    }
  }
}

function newBatch(plan: Planned): Queued {
  let resolve!: (outcome: 'stored') => void;
  let reject!: (error: Error) => void;
  const done = new Promise<'stored'>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  done.catch(() => undefined);
  return { plan, frames: [], chunks: [], done, joins: 0, bytes: 0, lines: 0, urgent: false, resolve, reject };
}

/** Frames that lie side by side in memory are one piece to write. */
function runsOf(frames: readonly Frame[]): Buffer[] {
  const runs: Buffer[] = [];
  for (let at = 0; at < frames.length;) {
    const { buffer, byteOffset } = (frames[at] as Frame).bytes;
    let length = 0;
    for (; at < frames.length; at++) {
      const { bytes } = frames[at] as Frame;
      if (bytes.buffer !== buffer || bytes.byteOffset !== byteOffset + length) break;
      length += bytes.length;
    }
    runs.push(Buffer.from(buffer, byteOffset, length));
  }
  return runs;
}

/** A short write is a full disk that says so at the next try. */
async function writeAll(file: FileHandle, buffers: Buffer[], position: number): Promise<void> {
  const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
  const { bytesWritten } = await file.writev(buffers, position);
  if (bytesWritten === length) return;
  const rest = Buffer.concat(buffers, length).subarray(bytesWritten);
  const again = await file.write(rest, 0, rest.length, position + bytesWritten);
  if (again.bytesWritten !== rest.length) throw new Error('ENOSPC: the disk took only a part of the write');
}
