/**
 * Follows the head of the journal for all tails together, and only while there are some: what nobody wants is not read.
 * Most records are decided for all of them without parsing (`QuerySieve`). It holds neither segments nor intake back: when more comes in than it may
 * cost, it goes on at the head and says how much it has left out.
 */
import type { Cursor, Journal, Piece, Reader } from '#libs/journal';
import { QuerySieve, type SievedQuery } from '#libs/rules';
import type { TailRecord } from '#libs/tail';
import type { Logger, Metrics } from '#libs/telemetry';
import { Share } from './share.js';

/** One turn of the event loop's worth with fifty tails: a few milliseconds. */
const MAX_READ_BYTES = 1024 * 1024;
const MAX_READ_RECORDS = 1_000;
/** Between two looks at the end of the journal: what comes meanwhile costs one look. A record that comes alone does not wait. */
const GATHER_MS = 35;
/** Seconds of a very busy node, and twice what readers have in memory. */
const MAX_BEHIND_BYTES = 16 * 1024 * 1024;

/** One who gets what the head brings. */
export interface Follower {
  readonly wanted: SievedQuery;
  /** Of a record that matches. */
  offer(record: TailRecord): void;
  /** All before it was looked at. */
  reached(place: Cursor): void;
  passedOver(lines: number): void;
}

export interface LiveOptions {
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly delay: (ms: number) => Promise<void>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Part of the time since the last call that this thread was busy, 0 to 1. */
  readonly busy: () => number;
  /** More than this waits on disk: it goes on at the newest. Default 16 MiB. */
  readonly maxBehindBytes?: number;
}

export class Live {
  /** In the order of the sieve's queries. */
  private followers: readonly Follower[] = [];
  private sieve = new QuerySieve([]);
  private ending: AbortController | undefined;
  private at: Cursor;
  /** Lines that were looked at, or passed over. */
  private lines = 0;
  /** Files were removed before it came to them. */
  private isGone = false;

  constructor(private readonly options: LiveOptions) {
    this.at = options.journal.tip;
  }

  /** Behind what was looked at: who has read everything before it may join. */
  get place(): Cursor {
    if (this.ending === undefined) this.at = this.options.journal.tip;
    return this.at;
  }

  join(follower: Follower): void {
    const { place } = this;
    this.follow([...this.followers, follower]);
    if (this.ending !== undefined) return;
    this.ending = new AbortController();
    this.lines = this.options.journal.lines;
    void this.run(place, this.ending.signal);
  }

  leave(follower: Follower): void {
    this.follow(this.followers.filter((each) => each !== follower));
    if (this.followers.length > 0) return;
    this.ending?.abort();
    this.ending = undefined;
  }

  private follow(followers: readonly Follower[]): void {
    // Both or neither: a query that cannot be asked must not harm the others.
    this.sieve = new QuerySieve(followers.map(({ wanted }) => wanted));
    this.followers = followers;
  }

  private async run(place: Cursor, signal: AbortSignal): Promise<void> {
    const { journal, now, delay, maxBehindBytes = MAX_BEHIND_BYTES } = this.options;
    this.isGone = false;
    const reader = journal.follow(place, () => (this.isGone ||= !signal.aborted));
    const share = new Share(this.options.busy);
    while (!signal.aborted) {
      const began = await this.look(reader, signal).catch((error: unknown) => this.cannotRead(reader, error));
      if (began === undefined) break;
      const pauseMs = share.pauseAfter(now() - began);
      await delay(reader.isAtEnd ? Math.max(GATHER_MS, pauseMs) : pauseMs);
      if (signal.aborted) break;
      if (this.isGone || journal.bytesFrom(this.at.position) > maxBehindBytes) await this.passOver(reader);
    }
    await reader.close();
  }

  /** Says when it began; undefined at the end. */
  private async look(reader: Reader, signal: AbortSignal): Promise<number | undefined> {
    const { from } = this.at;
    // What is not in memory has to be read and unpacked; at the end there is only waiting before the first piece.
    let began = reader.isAtEnd ? 0 : this.options.now();
    const read = await reader.visit({ maxBytes: MAX_READ_BYTES, maxRecords: MAX_READ_RECORDS, signal }, (piece) => {
      began ||= this.options.now();
      if (!signal.aborted && !this.isGone) this.sift(piece, from);
    });
    if (read === undefined || signal.aborted) return undefined;
    if (this.isGone) return began;
    this.at = read.cursor;
    this.lines += read.lines + read.damaged;
    for (const follower of this.followers) follower.reached(read.cursor);
    return began;
  }

  private sift(piece: Piece, from: number): void {
    const { bulk, positions } = piece;
    let last = -1;
    let record: TailRecord | undefined;
    this.sieve.sift(piece, (number, index, begin, end) => {
      if (index !== last) record = { position: positions[index] ?? 0, from, source: Buffer.from(bulk.subarray(begin, end)) };
      last = index;
      if (record !== undefined) this.followers[number]?.offer(record);
    });
  }

  private async cannotRead(reader: Reader, error: unknown): Promise<number> {
    this.options.log.error('tails go on at the newest record: the journal cannot be read', { reason: (error as Error).message });
    await this.passOver(reader);
    return this.options.now();
  }

  private async passOver(reader: Reader): Promise<void> {
    const { journal, metrics } = this.options;
    const lines = Math.max(1, journal.lines - this.lines);
    this.isGone = false;
    this.at = await reader.skip();
    this.lines += lines;
    metrics.tailPassedOver.inc(lines);
    for (const follower of this.followers) follower.passedOver(lines);
  }
}
