import { setImmediate as turn } from 'node:timers/promises';
import type { Cursor, Journal } from '#libs/journal';
import { formatTime } from '#libs/query';
import type { SievedQuery } from '#libs/rules';
import type { Place, TailEvent, TailFeed, TailRecord, TailRequest } from '#libs/tail';
import { Backlog } from './backlog.js';
import { CatchUp, type Gone } from './catch-up.js';
import type { Follower, Live } from './live.js';
import { timestampOf } from './timestamp.js';

/** A place that nothing was handed on from for so long is told, so that who comes again need not read all of it. */
const PLACE_MS = 5_000;
/** Who was told something so shortly before waits for the next look: a write costs as much as a dozen records. */
const TOLD_MS = 50;

export interface SubscriberOptions {
  readonly journal: Journal;
  readonly live: Live;
  readonly request: TailRequest;
  /** All before it is found by a search, and all behind it is in the journal. */
  readonly stored: () => Cursor;
  readonly onRecords: (count: number) => void;
  readonly onDropped: () => void;
  readonly onClose: () => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** One tail on this node: first what it has missed, from the journal's files, then what comes. */
export class Subscriber implements TailFeed, Follower {
  readonly wanted: SievedQuery;
  private readonly since: string | undefined;
  private readonly ending = new AbortController();
  private readonly backlog: Backlog;
  private readonly first: TailEvent[] = [];
  /** Lines that were passed over since it was told of. */
  private passed = 0;
  private beginAt: number;
  private catchUp: CatchUp | undefined;
  private place: Cursor;
  private told: Place;
  private toldAt: number;
  private waiting: (() => void) | undefined;
  private waking: NodeJS.Timeout | undefined;
  /** It ends when everything before it was told. */
  private end = Infinity;

  constructor(private readonly options: SubscriberOptions) {
    const { journal, live, request, now, onDropped } = options;
    this.wanted = { query: request.query, nowNs: request.nowNs };
    this.backlog = new Backlog(journal.node, onDropped);
    const known = request.places[journal.node];
    const { sinceNs } = request;
    this.since = known === undefined && sinceNs !== undefined ? formatTime(sinceNs) : undefined;
    this.place = this.told = this.begin(known);
    this.toldAt = now();
    this.beginAt = this.place.position;
    if (known === undefined && sinceNs === undefined) live.join(this);
    else this.catchUp = this.readFrom(this.place);
  }

  offer(record: TailRecord): void {
    if (this.accepts(record)) this.backlog.add(record);
  }

  reached(place: Cursor): void {
    this.place = place;
    const { backlog, toldAt } = this;
    const isTimely = backlog.isEmpty ? this.isPlaceDue : this.options.now() - toldAt >= TOLD_MS;
    if (isTimely || this.isAtEnd) this.wake();
    // There may be no next look for long.
    else if (!backlog.isEmpty) this.waking ??= setTimeout(() => this.wake(), TOLD_MS);
  }

  passedOver(lines: number): void {
    this.passed += lines;
    this.wake();
  }

  async next(): Promise<TailEvent | undefined> {
    while (!this.ending.signal.aborted) {
      const event = this.first.shift() ?? (this.catchUp === undefined ? this.waitingEvent() : await this.caught(this.catchUp));
      if (event !== undefined) return this.tell(event);
      if (this.isAtEnd) return undefined;
      if (this.catchUp === undefined) await this.wait();
    }
    return undefined;
  }

  finish(): void {
    this.end = this.options.journal.durable;
    this.wake();
  }

  close(): void {
    if (this.ending.signal.aborted) return;
    this.ending.abort();
    this.options.live.leave(this);
    void this.catchUp?.close();
    this.wake();
    this.options.onClose();
  }

  private get isAtEnd(): boolean {
    return this.catchUp === undefined && this.options.live.place.position >= this.end;
  }

  private accepts({ position, source }: TailRecord): boolean {
    return position >= this.beginAt && (this.since === undefined || timestampOf(source) >= this.since);
  }

  private begin(known: Place | undefined): Cursor {
    const { journal, live, stored, request } = this.options;
    const { node, durable } = journal;
    const asked = known ?? (request.sinceNs === undefined ? live.place : stored());
    const isAhead = asked.position > durable;
    const place = isAhead ? live.place : this.readable(asked);
    this.first.push({ kind: 'begin', node, place });
    const missing = { from: known?.position ?? 0, to: place.position };
    const isFromFiles = known !== undefined || request.sinceNs !== undefined;
    if (isFromFiles && !isAhead && missing.from < missing.to) this.first.push({ kind: 'missing', node, ...missing });
    if (isAhead)
      this.first.push({ kind: 'gap', node, reason: 'this place is not in the journal of this node, which goes on with what comes now' });
    return place;
  }

  /** The place itself, or where the journal still has all of what comes. */
  private readable(place: Cursor, first = this.options.journal.oldest): Cursor {
    if (place.from >= first) return place;
    const later = this.options.stored();
    return later.position >= place.position && later.from >= first ? later : notBefore(first, place);
  }

  private readFrom(place: Cursor): CatchUp {
    return new CatchUp(this.options.journal, place, { query: this.wanted, accepts: (record) => this.accepts(record) });
  }

  /** What the files have, or the step from them to the head. */
  private async caught(catchUp: CatchUp): Promise<TailEvent | undefined> {
    const { live, journal } = this.options;
    const until = live.place.position;
    const caught = await catchUp.next(until, this.ending.signal);
    if (this.ending.signal.aborted) return undefined;
    if (caught !== undefined) {
      if ('before' in caught) return this.stepOver(caught);
      const { records, place } = caught;
      this.place = place;
      const event: TailEvent = { kind: 'records', node: journal.node, records, place };
      return records.length > 0 || this.isPlaceDue ? event : turn(undefined);
    }
    // Nobody ran in between: all before the head's place was read, all behind it is to come.
    if (until === live.place.position) {
      this.catchUp = undefined;
      live.join(this);
      await catchUp.close();
    }
    return undefined;
  }

  /** Files were removed before they could be read: it begins once more behind them. */
  private async stepOver({ before }: Gone): Promise<TailEvent> {
    const { catchUp, place } = this;
    this.place = this.readable(place, before);
    this.beginAt = this.place.position;
    this.catchUp = this.readFrom(this.place);
    await catchUp?.close();
    const { node } = this.options.journal;
    this.first.push({ kind: 'missing', node, from: place.position, to: this.place.position });
    return { kind: 'begin', node, place: this.place };
  }

  private waitingEvent(): TailEvent | undefined {
    const { node } = this.options.journal;
    const { passed } = this;
    this.passed = 0;
    if (passed > 0) return { kind: 'gap', node, reason: `${passed} lines were not looked at: more comes in than tails may cost` };
    const event = this.backlog.take(this.place);
    if (event !== undefined || !this.isPlaceDue) return event;
    return { kind: 'records', node, records: [], place: this.place };
  }

  private get isPlaceDue(): boolean {
    return this.options.now() - this.toldAt >= PLACE_MS && this.told.position !== this.place.position;
  }

  private tell(event: TailEvent): TailEvent {
    if (event.kind === 'records') this.options.onRecords(event.records.length);
    if ('place' in event) {
      this.told = event.place;
      this.toldAt = this.options.now();
    }
    return event;
  }

  private async wait(): Promise<void> {
    await new Promise<void>((resolve) => (this.waiting = resolve));
  }

  private wake(): void {
    clearTimeout(this.waking);
    this.waking = undefined;
    this.waiting?.();
    this.waiting = undefined;
  }
}

function notBefore(oldest: number, { position, from }: Place): Cursor {
  return { position: Math.max(oldest, position), from: Math.max(oldest, from) };
}
