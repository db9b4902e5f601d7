import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Journal, type Reader } from '#libs/journal';
import { parseQuery } from '#libs/query';
import type { Place, TailEvent, TailFeed } from '#libs/tail';
import { type Logger, Metrics } from '#libs/telemetry';
import { Tail, type TailOptions } from './tail.js';

export const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined } as unknown as Logger;
const LIMITS = { maxBytes: 1 << 20, maxRecords: 10_000 };

/** A record's text behind its sequence. */
export function lineOf(message: string): string {
  return `},"@timestamp":"2026-07-01T00:00:00.000000000Z","message":${JSON.stringify(message)}}`;
}

/** A journal in a folder of its own, what its store has, and what every tail of it has to tell: position → message. */
export class TailStage {
  readonly metrics = new Metrics();
  readonly records = new Map<number, string>();
  private readonly open = new Map<string, { readonly first: number; readonly parts: string[] }>();
  private readonly tails: Tail[] = [];
  private readonly drain: Reader;
  private commits = 0;

  private constructor(
    readonly journal: Journal,
    private readonly dir: string,
  ) {
    this.drain = journal.reader('drain');
  }

  static async begin(segmentBytes: number): Promise<TailStage> {
    const dir = await mkdtemp(join(tmpdir(), 'tail-'));
    const journal = await Journal.open({
      dir,
      node: 'node',
      segmentBytes,
      headBytes: 1,
      freeFloorBytes: 0,
      now: () => performance.now(),
      wallNs: () => BigInt(Date.now()) * 1_000_000n,
      compose: (parts, separator) => lineOf(parts.join(separator)),
    });
    return new TailStage(journal, dir);
  }

  get stored(): number {
    return this.drain.cursor.position;
  }

  async plain(message: string): Promise<void> {
    this.records.set(this.journal.next, message);
    await this.journal.append({ lines: [lineOf(message)], urgent: true });
  }

  /** Begins a join or goes on with it. */
  async part(name: string, text: string): Promise<void> {
    const known = this.open.get(name);
    if (known === undefined) this.open.set(name, { first: this.journal.next, parts: [text] });
    else known.parts.push(text);
    await this.journal.append({ lines: [{ part: known?.first ?? 'self', separator: '\n', body: text }], urgent: true });
  }

  async end(name: string): Promise<void> {
    const join = this.open.get(name);
    if (join === undefined) return;
    this.open.delete(name);
    this.records.set(this.journal.next, join.parts.join('\n'));
    await this.journal.append({ lines: [{ end: join.first }], urgent: true });
  }

  async endAll(): Promise<void> {
    for (const name of this.open.keys()) await this.end(name);
  }

  /** The store takes all that is there; files that nobody needs are removed. */
  async store(): Promise<void> {
    const { drain, journal } = this;
    while (!drain.isAtEnd) {
      const read = await drain.read({ ...LIMITS, until: journal.durable });
      if (read !== undefined) await drain.commit(read.cursor, { mark: String(this.commits++) });
    }
  }

  tail(options: Partial<TailOptions> = {}): Tail {
    const { journal, drain, metrics } = this;
    const tail = new Tail({
      journal,
      drain,
      metrics,
      log: quiet,
      delay: async () => turn(),
      now: () => performance.now(),
      busy: () => 0,
      ...options,
    });
    this.tails.push(tail);
    return tail;
  }

  /** What a tail from this place is told, from the journal or where it is sent to the store, until all was told. */
  async told(feed: TailFeed, from = 0): Promise<[number, string][]> {
    const told: [number, string][] = [];
    let place = -1;
    for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
      if ('place' in event) place = event.place.position;
      if (event.kind === 'missing') told.push(...this.found(event, place));
      if (event.kind === 'records') told.push(...messagesOf(event).filter(([position]) => position >= from));
      if (event.kind === 'gap') throw new Error(event.reason);
      if (told.some(([position]) => position === [...this.records.keys()].at(-1))) break;
    }
    feed.close();
    return told.sort(([a], [b]) => a - b);
  }

  /** What the store has of it: all of it must be there, and an id that is given meanwhile must lead behind it. */
  private found({ from, to }: { readonly from: number; readonly to: number }, place: number): [number, string][] {
    if (to !== place) throw new Error(`${to} is asked for, and ${place} is where it goes on`);
    if (to > this.stored) throw new Error(`${to} is asked from a store that has what lies before ${this.stored}`);
    return [...this.records].filter(([position]) => position >= from && position < to);
  }

  expected(from: number): [number, string][] {
    return [...this.records].filter(([position]) => position >= from);
  }

  async close(): Promise<void> {
    for (const tail of this.tails) tail.close();
    await this.journal.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export function everything(places: Readonly<Record<string, Place>> = {}) {
  return { query: parseQuery(''), nowNs: BigInt(Date.now()) * 1_000_000n, places };
}

export function messagesOf({ records }: Extract<TailEvent, { kind: 'records' }>): [number, string][] {
  return records.map(({ position, source }) => [position, (JSON.parse(source.toString()) as { message: string }).message]);
}
