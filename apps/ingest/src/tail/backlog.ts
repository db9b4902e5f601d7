import type { Place, TailEvent, TailRecord } from '#libs/tail';
import { timestampOf } from './timestamp.js';

/** A page shows some 200 lines a second: twenty seconds of them. A hundred tails that nobody reads take 200 MiB at most. */
export const MAX_WAITING_BYTES = 2 * 1024 * 1024;
/** Handed on at once: about what a socket takes. */
const MAX_TAKEN_BYTES = 256 * 1024;
/** What one record takes besides its text. */
const RECORD_BYTES = 64;

interface Dropped {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** What waits for one tail, bounded: when it is read too slowly the oldest go, and are told of. */
export class Backlog {
  private readonly records: TailRecord[] = [];
  private first = 0;
  private bytes = 0;
  private left: Dropped | undefined;

  constructor(
    private readonly node: string,
    private readonly onDropped: () => void,
    private readonly maxBytes = MAX_WAITING_BYTES,
  ) {}

  get isEmpty(): boolean {
    return this.first === this.records.length && this.left === undefined;
  }

  add(record: TailRecord): void {
    this.records.push(record);
    this.bytes += record.source.length + RECORD_BYTES;
    while (this.bytes > this.maxBytes && this.first < this.records.length - 1) this.drop();
  }

  /** What comes first; `place` is behind everything that was added. */
  take(place: Place): TailEvent | undefined {
    const { node, left } = this;
    if (left !== undefined) {
      this.left = undefined;
      return { kind: 'dropped', node, ...left };
    }
    const taken: TailRecord[] = [];
    for (let bytes = 0; bytes < MAX_TAKEN_BYTES && this.first < this.records.length;) {
      const record = this.shift();
      bytes += record.source.length;
      taken.push(record);
    }
    const last = taken.at(-1);
    if (last === undefined) return undefined;
    const behind = { position: last.position + 1, from: last.from };
    return { kind: 'records', node, records: taken, place: this.isEmpty && place.position > last.position ? place : behind };
  }

  private drop(): void {
    const at = timestampOf(this.shift().source);
    const { count = 0, from = at } = this.left ?? {};
    this.left = { count: count + 1, from, to: at };
    this.onDropped();
  }

  private shift(): TailRecord {
    const record = this.records[this.first++] as TailRecord;
    this.bytes -= record.source.length + RECORD_BYTES;
    if (this.first * 2 > this.records.length) {
      this.records.splice(0, this.first);
      this.first = 0;
    }
    return record;
  }
}
