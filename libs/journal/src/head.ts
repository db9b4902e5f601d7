import type { Frame } from './frame.js';
import type { Position } from './position.js';
import type { Slabs } from './slabs.js';

interface HeadLimits {
  readonly maxBytes: number;
  readonly maxRecords: number;
  readonly until?: Position;
}

/**
 * The newest durable frames in memory, bounded in bytes and shared by all readers near the head. It holds every frame
 * from `floor` to the end of the journal; a reader below `floor` reads the files.
 */
export class Head {
  readonly #frames: Frame[] = [];
  #first = 0;
  #bytes = 0;
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly maxBytes: number,
    public floor: Position,
    /** Behind the last durable frame. */
    public end: Position,
    private readonly slabs: Slabs,
  ) {}

  push(frames: readonly Frame[], end: Position): void {
    for (const frame of frames) {
      this.#frames.push(frame);
      this.#bytes += frame.bytes.length;
    }
    this.end = end;
    while (this.#bytes > this.maxBytes) this.#evict();
    // Behind the acknowledgements of these frames, which go out in this turn.
    setImmediate(() => this.wake());
  }

  #evict(): void {
    const frame = this.#frames[this.#first] as Frame;
    this.#bytes -= frame.bytes.length;
    this.slabs.release(frame.bytes);
    this.#first++;
    this.floor = this.#frames[this.#first]?.position ?? this.end;
    if (this.#first * 2 > this.#frames.length) {
      this.#frames.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /**
   * Frames from `position` on until a limit is reached, at least one when there is one; undefined below `floor`. Their
   * bytes are good until something else runs: at the next `push` their memory may be used again.
   */
  from(position: Position, limits: HeadLimits): Frame[] | undefined {
    if (position < this.floor) return undefined;
    const { maxBytes, maxRecords, until = Infinity } = limits;
    const taken: Frame[] = [];
    let bytes = 0;
    let lines = 0;
    for (let index = this.#search(position); index < this.#frames.length; index++) {
      const frame = this.#frames[index] as Frame;
      bytes += frame.bytes.length;
      lines += frame.lines;
      if (frame.position >= until || (taken.length > 0 && (bytes > maxBytes || lines > maxRecords))) break;
      taken.push(frame);
    }
    return taken;
  }

  #search(position: Position): number {
    let low = this.#first;
    let high = this.#frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#frames[middle] as Frame).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Resolves when there is something behind `position`, at the next `wake`, or when the signal is given. */
  async wait(position: Position, signal?: AbortSignal): Promise<void> {
    if (this.#closed || position < this.end || signal?.aborted === true) return;
    const wake = () => this.wake();
    signal?.addEventListener('abort', wake);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    signal?.removeEventListener('abort', wake);
  }

  /** Nobody waits any more. */
  close(): void {
    this.#closed = true;
    this.wake();
  }

  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
