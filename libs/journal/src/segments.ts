import { rm } from 'node:fs/promises';
import { offsetOf, type Position, positionOf, segmentOf } from './position.js';
import type { Segment } from './segment.js';

/** The segments that have a file, oldest first. */
export class Segments {
  readonly #list: Segment[];
  /** Segments below this were removed although a consumer had not read them. */
  droppedBefore: Position = 0;
  /** Segments below this were removed, whoever had read them. */
  removedBefore: Position = 0;

  constructor(segments: readonly Segment[]) {
    this.#list = [...segments];
    const oldest = this.#list[0];
    if (oldest !== undefined) this.removedBefore = positionOf(oldest.number, 0);
  }

  add(segment: Segment): void {
    this.#list.push(segment);
  }

  atOrAfter(number: number): Segment | undefined {
    return this.#list.find((segment) => segment.number >= number);
  }

  get oldest(): Segment | undefined {
    return this.#list[0];
  }

  get count(): number {
    return this.#list.length;
  }

  get bytes(): number {
    return this.#list.reduce((sum, segment) => sum + segment.end, 0);
  }

  /** Bytes of frames from `position` on. */
  bytesFrom(position: Position): number {
    const number = segmentOf(position);
    let bytes = 0;
    for (const segment of this.#list) {
      if (segment.number > number) bytes += segment.end;
      else if (segment.number === number) bytes += Math.max(0, segment.end - offsetOf(position));
    }
    return bytes;
  }

  /**
   * Removes segments all consumers have passed (`needed`), and those only `held` keeps no more while there are over
   * `maxBytes`. The newest stays: its number must not be given again.
   */
  async drop(needed: Position, held: Position, maxBytes: number): Promise<number> {
    const gone: Segment[] = [];
    let bytes = this.bytes;
    while (this.#list.length > 1) {
      const oldest = this.#list[0] as Segment;
      const end = positionOf(oldest.number, oldest.end);
      const isForced = end > needed && end <= held && bytes > maxBytes;
      if (end > needed && !isForced) break;
      this.removedBefore = positionOf(oldest.number + 1, 0);
      if (isForced) this.droppedBefore = positionOf(oldest.number + 1, 0);
      bytes -= oldest.end;
      gone.push(oldest);
      this.#list.shift();
    }
    for (const segment of gone) await rm(segment.path, { force: true });
    return gone.length;
  }
}
