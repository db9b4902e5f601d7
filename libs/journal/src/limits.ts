/**
 * Whether the journal takes more. Two lines, so that nothing that was read from a socket has to be thrown away:
 *
 *   - `writable` becomes false at the limit in bytes, under the free-space floor, while too much waits for the disk and
 *     after a failed write: sources stop reading then;
 *   - `refusal` is given only well behind that line: what sources still hold is taken as long as there is room.
 *
 * Everything is looked at every second and after each commit, and opens again by itself when there is room.
 */
import { statfs } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

const CHECK_EVERY_MS = 1000;
/** What sources may still bring after they were told to stop: their open chunks. */
const OVERSHOOT_BYTES = 64 * 1024 * 1024;
/** Frames that wait for the disk are held in memory; above half of it sources stop, above all of it appends are refused. */
const MAX_PENDING_BYTES = 64 * 1024 * 1024;
/** Below these shares a full journal opens again, so that it does not open and close with every commit. */
const REOPEN_SHARE = 0.95;
const REOPEN_FREE = 1.02;
/** After a failed write, this much must be written and synced before the journal takes appends again. */
const PROBE_BYTES = 1024 * 1024;

export interface RoomOptions {
  readonly dir: string;
  readonly maxBytes: number;
  readonly freeFloorBytes: number;
  readonly unreadBytes: () => number;
  readonly pendingBytes: () => number;
  readonly onChange: (writable: boolean, reason: string) => void;
}

export class Room {
  #reason = '';
  #failure = '';
  #free = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(private readonly options: RoomOptions) {}

  async start(): Promise<void> {
    await this.#look();
    this.#timer = setInterval(() => void this.#look(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get writable(): boolean {
    return this.#reason === '';
  }

  /** Why not, and what helps; empty when writable. */
  get reason(): string {
    return this.#reason;
  }

  /** Bytes that the file system has left for us. */
  get freeBytes(): number {
    return this.#free;
  }

  /** Why no append can be taken at all; empty when one can. */
  refusal(): string {
    if (this.#failure !== '') return this.#failure;
    if (this.options.pendingBytes() > MAX_PENDING_BYTES) return 'the disk is too slow';
    if (this.#reason !== '' && this.options.unreadBytes() > this.options.maxBytes + OVERSHOOT_BYTES) return this.#reason;
    return '';
  }

  failed(message: string): void {
    this.#failure = `${message} (tried again every second)`;
    this.check();
  }

  check(): void {
    const reason = this.#why();
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.options.onChange(reason === '', reason);
  }

  #why(): string {
    const { maxBytes, freeFloorBytes, unreadBytes, pendingBytes, dir } = this.options;
    const closed = this.#reason !== '';
    if (this.#failure !== '') return this.#failure;
    if (unreadBytes() > maxBytes * (closed ? REOPEN_SHARE : 1)) {
      return `the journal holds ${maxBytes} bytes that the store has not taken: see why the store does not keep up, or raise the journal's limit`;
    }
    if (this.#free < freeFloorBytes * (closed ? REOPEN_FREE : 1)) {
      return `less than ${freeFloorBytes} bytes are free where ${dir} lies: make room there, or lower the journal's floor`;
    }
    if (pendingBytes() > MAX_PENDING_BYTES / 2) return 'the disk is slower than what comes in';
    return '';
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { bavail, bsize } = await statfs(this.options.dir);
      this.#free = bavail * bsize;
      if (this.#failure !== '') await this.#probe();
    } catch {
      // The folder itself is unreachable: the next write says so with its own error.
    }
    this.#looking = false;
    this.check();
  }

  async #probe(): Promise<void> {
    const path = join(this.options.dir, 'probe');
    try {
      const file = await open(path, 'w');
      try {
        await file.writeFile(Buffer.alloc(PROBE_BYTES));
        await file.sync();
      } finally {
        await file.close();
      }
      this.#failure = '';
    } finally {
      await rm(path, { force: true });
    }
  }
}
