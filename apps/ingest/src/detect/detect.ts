/**
 * Journal → signals (design 2.7). Reads what is durable, lets every record pass the compiled rules once and ends a range
 * as soon as something matched. A range is in the cursor file before its signal is sent, so a replay makes exactly the
 * same signals. While the queue is away detection waits; past its limit it says how much it left out. It never holds
 * intake back.
 */
import type { Cursor, Journal, Piece, Read, Reader } from '#libs/journal';
import { Detector, type Rule, SignalBuilder, type Signal } from '#libs/rules';
import type { Logger, Metrics } from '#libs/telemetry';
import { Clockwork } from './clockwork.js';
import { Pace } from './pace.js';
import { type Range, Ranges } from './ranges.js';
import type { Sender } from './sender.js';

/** One turn of the event loop's worth: 2 000 records cost about a millisecond. */
const MAX_READ_RECORDS = 2_000;
/** What a file gives at once: with less, detection that is behind never catches up with an intake at full speed. */
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** A range without a match is ended after this, so that the journal's files can go. */
const QUIET_RANGE_MS = 5_000;
/** Without rules the cursor file follows in steps of this. */
const PASS_BYTES = 16 * 1024 * 1024;
const TICK_MS = 1_000;

export interface DetectOptions {
  readonly journal: Journal;
  readonly reader: Reader;
  readonly sender: Sender;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Unread bytes beyond which records are left out. */
  readonly maxBehindBytes: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly wall: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export class Detect {
  private readonly ranges: Ranges;
  private readonly clockwork: Clockwork;
  private readonly pace: Pace;
  private detector: Detector | undefined;
  private builder = new SignalBuilder();
  /** Behind what was read, into the open range. */
  private read: Cursor;
  private readLines: number;
  private lastEnd: number;
  /** Everything that arrived before is in ranges that have ended, or matched nothing. */
  private settledMs = 0;
  /** The signal of the last range is on its way: reading goes on, the next range does not end before. */
  private handing: Promise<void> | undefined;
  private passedTo: number;
  private stopped = false;
  private interrupt = new AbortController();
  private running: Promise<void> | undefined;
  private ticking: NodeJS.Timeout | undefined;

  constructor(private readonly options: DetectOptions) {
    const { reader, journal, wall, now } = options;
    this.ranges = new Ranges(reader.start.mark, reader.cursor);
    this.read = reader.cursor;
    this.passedTo = reader.cursor.position;
    this.readLines = reader.start.counters['read'] ?? 0;
    this.clockwork = new Clockwork(journal, reader, wall);
    this.pace = new Pace(now);
    this.lastEnd = now();
  }

  start(rules: readonly Rule[]): void {
    this.setRules(rules);
    this.running = this.run();
    this.ticking = setInterval(() => void this.tick(), TICK_MS);
  }

  /** What is read from now on passes these. */
  setRules(rules: readonly Rule[]): void {
    const enabled = rules.filter((rule) => rule.enabled);
    this.detector = enabled.length === 0 ? undefined : new Detector(enabled);
    if (enabled.length > 0 || this.ranges.all.length > 0) this.options.sender.open();
    this.wake();
  }

  /** A checkpoint holds the signals up to here. */
  held(position: number): void {
    this.ranges.hold(position);
  }

  async close(): Promise<void> {
    this.stopped = true;
    clearInterval(this.ticking);
    this.wake();
    this.options.sender.wake();
    await this.running;
    await this.handing;
    await this.commit().catch(() => undefined);
  }

  private wake(): void {
    this.interrupt.abort();
    this.interrupt = new AbortController();
  }

  private async run(): Promise<void> {
    for (const range of this.ranges.all.slice()) await this.replay(range);
    while (!this.stopped) {
      if (this.options.sender.full) await this.waitForRoom();
      else if (this.detector === undefined) await this.pass();
      else await this.step(this.detector);
    }
  }

  /** Reads a range again that was written down before the restart. */
  private async replay(range: Range): Promise<void> {
    const { reader, sender } = this.options;
    const builder = new SignalBuilder();
    if (range.skipped > 0) await reader.skip(range.to);
    for (let at = -1; at < range.to && !this.stopped;) {
      const limits = { maxBytes: MAX_READ_BYTES, maxRecords: MAX_READ_RECORDS, until: range.to };
      const read = await reader.visit(limits, (piece) => this.detector?.detect(piece, builder));
      if (read === undefined || read.to <= at) break;
      at = read.to;
    }
    this.read = range.cursor;
    await sender.send(this.signalOf(builder, range));
  }

  private async step(detector: Detector): Promise<void> {
    const read = await this.next((piece) => detector.detect(piece, this.builder));
    if (read !== undefined) {
      this.read = read.cursor;
      this.readLines += read.lines + read.damaged;
      this.clockwork.reached(read.to);
      if (this.builder.isEmpty) this.settle();
      this.options.metrics.alertRecords.inc(read.count);
    }
    if (this.builder.isFull) await this.handing;
    if (this.isDue()) this.endRange();
    else if (read !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }

  /** What is durable; undefined when the open range has to end first, or when something else changed. */
  private async next(look: (piece: Piece) => void): Promise<Read | undefined> {
    const limits = { maxBytes: MAX_READ_BYTES, maxRecords: MAX_READ_RECORDS, signal: this.interrupt.signal };
    if (this.builder.isEmpty) return this.options.reader.visit(limits, look);
    const timer = this.handing === undefined ? setTimeout(() => this.wake(), this.pace.waitMs) : undefined;
    const read = await this.options.reader.visit(limits, look);
    clearTimeout(timer);
    return read;
  }

  private isDue(): boolean {
    if (this.read.position === this.ranges.sent || this.handing !== undefined) return false;
    if (this.builder.isEmpty) return this.options.now() - this.lastEnd >= QUIET_RANGE_MS;
    return this.builder.isFull || this.pace.waitMs === 0;
  }

  private settle(): void {
    if (this.handing === undefined) this.settledMs = this.clockwork.arrivedMs;
  }

  /** Nothing may be on its way. */
  private endRange(skipped = 0): void {
    const range = this.ranges.add(this.read, skipped);
    if (!this.builder.isEmpty) this.pace.take();
    const signal = this.signalOf(this.builder, range);
    this.builder = new SignalBuilder();
    this.lastEnd = this.options.now();
    this.handing = this.hand(signal, this.clockwork.arrivedMs).finally(() => {
      this.handing = undefined;
      this.wake();
    });
  }

  private async hand(signal: Signal, settledMs: number): Promise<void> {
    const { metrics, sender, log } = this.options;
    try {
      await this.commit();
    } catch (error) {
      log.error('a crash now could make alerts repeat: the detect cursor cannot be written', { reason: String(error) });
    }
    metrics.alertSignals.inc();
    await sender.send(signal);
    this.settledMs = settledMs;
  }

  private signalOf(builder: SignalBuilder, { from, to, skipped }: Range): Signal {
    const { journal, wall } = this.options;
    const signal = builder.finish({ journal: journal.id, node: journal.node, from, to, arrivedMs: wall() });
    return skipped === 0 ? signal : { ...signal, skipped };
  }

  private commit(): Promise<void> {
    const { mark, cursor } = this.ranges;
    return this.options.reader.commit(cursor, { mark, counters: { read: this.readLines } });
  }

  /** The evaluator holds nothing: records wait in the journal, up to the limit. */
  private async waitForRoom(): Promise<void> {
    const { journal, maxBehindBytes, sender } = this.options;
    if (journal.bytesFrom(this.read.position) > maxBehindBytes) await this.leaveOut();
    else await sender.room();
  }

  private async leaveOut(): Promise<void> {
    const { reader, journal, metrics, log } = this.options;
    await this.handing;
    if (this.read.position !== this.ranges.sent) this.endRange();
    await this.handing;
    const skipped = Math.max(1, journal.lines - this.readLines);
    this.read = await reader.skip();
    this.readLines += skipped;
    metrics.alertRecordsSkipped.inc(skipped);
    log.error('alerts left records out: nobody took the signals for too long', { records: skipped });
    this.endRange(skipped);
  }

  /** Without rules nothing has to be read: the cursor follows the journal. */
  private async pass(): Promise<void> {
    const { reader, journal } = this.options;
    if (this.ranges.all.length === 0) {
      this.read = await reader.skip();
      this.readLines = journal.lines;
      this.ranges.pass(this.read);
      if (journal.bytesFrom(this.passedTo) >= PASS_BYTES) {
        this.passedTo = this.read.position;
        await this.commit().catch(() => undefined);
      }
    }
    await this.interrupted();
  }

  /** Until the rules change, the process ends or the next tick. */
  private interrupted(): Promise<void> {
    const { signal } = this.interrupt;
    if (signal.aborted || this.stopped || this.detector !== undefined) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** Bytes of the journal that passed no rule yet. */
  get behindBytes(): number {
    return this.options.journal.bytesFrom(this.read.position);
  }

  private async tick(): Promise<void> {
    const { journal, sender, metrics } = this.options;
    metrics.alertBehindBytes.set(this.behindBytes);
    metrics.alertSignalsUnheld.set(sender.count);
    sender.wake();
    if (this.detector === undefined || this.isDue()) this.wake();
    if (this.detector === undefined) return;
    if (this.builder.isEmpty) {
      this.clockwork.reached(this.read.position);
      this.settle();
    }
    await sender.watermark({
      journal: journal.id,
      node: journal.node,
      arrivedMs: this.settledMs,
      to: this.ranges.sent,
      from: this.ranges.first,
    });
  }
}
