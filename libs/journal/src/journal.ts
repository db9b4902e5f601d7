/**
 * The journal: what arrived, in order, durable before it is acknowledged. Formats: frame.ts (what one append stores),
 * segment.ts (a file), recovery.ts (the folder and what a start does), cursor.ts, chunk-files.ts. Rules:
 *
 *   - One append is one frame with one checksum: recovery keeps it whole or not at all.
 *   - An append resolves when its frame is on disk (writer.ts); readers see durable frames only (head.ts, reader.ts).
 *   - Positions are given at once, in the order of calls, and never twice; those of a failed append are not used again.
 *   - A chunk counts as seen once it is durable; a repeat that meets its append under way shares its outcome.
 *   - Every start, and every failed write, ends the joins that are open and goes on in a new segment.
 *   - Limits are in limits.ts: when full, sources are told to stop reading, and nothing is dropped.
 */
import { join } from 'node:path';
import { syncPath } from '#libs/disk';
import { ChunkFiles, ChunkLog } from './chunk-files.js';
import { ChunkTable } from './chunk-table.js';
import { type Cursor, CursorFile, type CursorState } from './cursor.js';
import { AppendError, JournalClosedError, type JournalError, JournalFullError, type JournalWriteError } from './errors.js';
import { MAX_FRAME_BYTES } from './frame.js';
import { FrameWriter } from './frame-writer.js';
import { Head } from './head.js';
import type { Append } from './line.js';
import { Room } from './limits.js';
import { type JournalOptions, type JournalSettings, settingsOf } from './options.js';
import { OpenJoins } from './open-joins.js';
import { lengthOf, PayloadWriter } from './payload.js';
import { type Position, positionOf } from './position.js';
import { PassingPlace, Reader, type ReaderParts } from './reader.js';
import { recover, type Recovered } from './recovery.js';
import { encodeHead, newSegmentId, type Segment, type SegmentHead, segmentName } from './segment.js';
import { Segments } from './segments.js';
import { Slabs } from './slabs.js';
import { type Batch, type Planned, Writer } from './writer.js';

/** The consumer that holds intake back: what it has not committed counts against the journal's limit. */
const HOLDING_CONSUMER = 'drain';

/** Of at most three bytes each, with the heads of lines, the longest frame. */
const MAX_APPEND_CHARS = MAX_FRAME_BYTES / 4;

interface Current extends Planned {
  readonly head: Buffer;
  readonly prefix: string;
  offset: number;
}

export type Outcome = 'stored' | 'duplicate';

export class Journal {
  /** Identity of the folder: 32 hex digits. */
  readonly id: string;
  /** `logweir.node`: the node's name and the start of the id, so that a wiped folder or an equal host name cannot collide. */
  readonly node: string;
  readonly #settings: JournalSettings;
  readonly #segments: Segments;
  readonly #joins: OpenJoins;
  readonly #chunks: ChunkTable;
  readonly #chunkFiles: ChunkFiles;
  readonly #chunkLog = new ChunkLog();
  readonly #underWay = new Map<string, Promise<'stored'>>();
  readonly #writer: Writer;
  readonly #slabs = new Slabs();
  readonly #frames = new FrameWriter(this.#slabs);
  readonly #head: Head;
  readonly #room: Room;
  readonly #readers = new Map<string, Reader>();
  readonly #cursors: ReadonlyMap<string, CursorState | 'damaged'>;
  /** First position of this start. */
  readonly #begin: Position;
  #current: Current;
  #nextNumber: number;
  #planned: number;
  #lines: number;
  #closed = false;
  /** After a failed or refused append: open joins are still to be ended, when there is room again. */
  #endsOwed = false;

  private constructor(settings: JournalSettings, recovered: Recovered, chunkFiles: ChunkFiles) {
    this.#settings = settings;
    this.id = recovered.id;
    this.node = `${settings.node}-${recovered.id.slice(0, 8)}`;
    this.#segments = new Segments(recovered.segments);
    this.#joins = new OpenJoins(recovered.open);
    this.#chunkFiles = chunkFiles;
    this.#cursors = recovered.cursors;
    this.#lines = recovered.lines;
    this.#planned = recovered.lines;
    this.#nextNumber = recovered.nextNumber;
    this.#chunks = new ChunkTable({
      windowMs: settings.dedupeMs,
      maxBytes: settings.dedupeBytes,
      now: settings.now,
      count: settings.count,
    });
    this.#writer = new Writer(this.#joins, {
      durable: (batch) => this.#onDurable(batch),
      sealing: (segment) => this.#onSealing(segment),
      opened: (segment) => this.#onOpened(segment),
      failed: (error, batches) => this.#onFailed(error, batches),
    });
    this.#current = this.#plan();
    this.#begin = this.next;
    this.#head = new Head(settings.headBytes, this.#begin, this.#begin, this.#slabs);
    this.#room = new Room({
      dir: settings.dir,
      maxBytes: settings.maxBytes,
      freeFloorBytes: settings.freeFloorBytes,
      unreadBytes: () => this.unreadBytes,
      pendingBytes: () => this.#writer.pendingBytes,
      onChange: (writable, reason) => this.#onRoom(writable, reason),
    });
  }

  static async open(options: JournalOptions): Promise<Journal> {
    const settings = settingsOf(options);
    const unixSeconds = () => Number(settings.wallNs() / 1_000_000_000n);
    const chunkFiles = new ChunkFiles(settings.dir, Math.ceil(settings.dedupeMs / 1000), unixSeconds);
    const recovered = await recover({ dir: settings.dir, unixSeconds, chunkFiles, report: settings.report });
    const journal = new Journal(settings, recovered, chunkFiles);
    const damaged = await chunkFiles.restore((hash, age) => journal.#chunks.add(hash, age));
    if (damaged > 0) settings.report('journal_chunk_files_damaged', { files: damaged });
    for (const hash of recovered.chunks) if (!journal.#chunks.has(hash)) journal.#chunks.add(hash);
    await journal.#room.start();
    journal.#endOpenJoins();
    return journal;
  }

  /** Where the next append's first line will be; stable until the next append. */
  get next(): Position {
    return positionOf(this.#current.segment.number, this.#current.offset);
  }

  /** Behind the last durable append. */
  get durable(): Position {
    return this.#head.end;
  }

  /** Lines (records and parts) that are durable, since the folder was made. */
  get lines(): number {
    return this.#lines;
  }

  /** False when sources must stop reading. */
  get writable(): boolean {
    return !this.#closed && this.#room.writable;
  }

  /** Why it is not writable and what helps, for `/readyz`; empty when it is. */
  get reason(): string {
    return this.#closed ? 'the journal is closed' : this.#room.reason;
  }

  /** Bytes that drain has not committed. */
  get unreadBytes(): number {
    return this.#segments.bytesFrom(this.#readers.get(HOLDING_CONSUMER)?.committed ?? this.#oldestNeeded(HOLDING_CONSUMER));
  }

  /** How much of the journal lies behind this position. */
  bytesFrom(position: Position): number {
    return this.#segments.bytesFrom(position);
  }

  /** Gauges for `/metrics`. */
  get gauges(): Readonly<Record<string, number>> {
    return {
      bytes: this.#segments.bytes,
      segments: this.#segments.count,
      unread_bytes: this.unreadBytes,
      pending_bytes: this.#writer.pendingBytes,
      free_bytes: this.#room.freeBytes,
      commits: this.#writer.commits,
      chunk_ids: this.#chunks.size,
      chunk_bytes: this.#chunks.bytes,
      open_joins: this.#joins.durable,
    };
  }

  /**
   * Positions are given and the frame is built before this returns; it resolves when the frame is on disk. Rejects with
   * `JournalFullError`, `JournalWriteError` (nothing is stored, try again), `AppendError` or `JournalClosedError`.
   * Ask `known` first when the lines were placed in joins: a duplicate's lines are not stored.
   */
  async append(append: Append): Promise<Outcome> {
    const { lines, chunk } = append;
    if (chunk !== undefined && this.known(chunk)) return this.settled(chunk).then(() => 'duplicate');
    if (this.#closed) throw new JournalClosedError();
    const refusal = this.#refusalOf(lines);
    if (refusal === undefined) return this.#store(append);
    // The caller's joins begin anew, as after a failed write.
    this.#endsOwed = true;
    this.#endOwedJoins();
    throw refusal;
  }

  #refusalOf(lines: Append['lines']): JournalError | undefined {
    if (typeof lines !== 'function') {
      if (lines.length === 0) return new AppendError('an append needs at least one line');
      const characters = lengthOf(lines);
      if (characters > MAX_APPEND_CHARS) {
        return new AppendError(`${characters} characters are too many for one append (limit ${MAX_APPEND_CHARS}): send smaller chunks`);
      }
    }
    const reason = this.#room.refusal();
    return reason === '' ? undefined : new JournalFullError(reason);
  }

  /** Whether this chunk is on disk or on its way there. Ask before its lines are placed in joins. */
  known(chunk: Buffer): boolean {
    return this.#underWay.has(chunk.toString('latin1')) || this.#chunks.has(chunk);
  }

  /** Of a known chunk: resolves when it is on disk, rejects when its append under way fails. */
  async settled(chunk: Buffer): Promise<void> {
    await this.#underWay.get(chunk.toString('latin1'));
  }

  #store({ lines, chunk, urgent = false }: Append): Promise<'stored'> {
    const current = this.#current;
    const { number } = current.segment;
    const position = this.next;
    const place =
      chunk === undefined ? { prefix: current.prefix, base: current.offset } : { prefix: `${chunk.toString('base64url')}-`, base: 0 };
    const payload = new PayloadWriter({ position, ...place }, this.#joins, this.#frames).write(lines);
    const { flags, counted } = payload;
    const bytes = this.#frames.finish(number, { lines: payload.lines, flags, chunk });
    const batch = this.#writer.add(current, { position, lines: payload.lines, flags, bytes }, { counted, urgent, chunk });
    if (chunk !== undefined) this.#underWay.set(chunk.toString('latin1'), batch.done);
    this.#planned += counted;
    current.offset += bytes.length;
    if (current.offset >= this.#settings.segmentBytes) this.#current = this.#plan();
    return batch.done;
  }

  /** Decides on the next segment; its file is made with its first commit. */
  #plan(): Current {
    const number = this.#nextNumber++;
    const id = newSegmentId();
    const open = this.#joins.list;
    const content: SegmentHead = { journal: this.id, number, id, lines: this.#planned, open };
    const head = encodeHead(content);
    const segment: Segment = { number, path: join(this.#settings.dir, segmentName(number)), end: head.length };
    return { segment, head, prefix: `${id}-`, offset: head.length };
  }

  #onDurable(batch: Batch): void {
    const { segment } = batch.plan;
    this.#joins.settle(batch.joins);
    this.#lines += batch.lines;
    const seconds = Number(this.#settings.wallNs() / 1_000_000_000n);
    for (const chunk of batch.chunks) {
      this.#chunks.add(chunk);
      this.#chunkLog.add(chunk, seconds);
      this.#underWay.delete(chunk.toString('latin1'));
    }
    this.#head.push(batch.frames, positionOf(segment.number, segment.end));
    this.#room.check();
  }

  async #onSealing(segment: Segment): Promise<void> {
    const content = this.#chunkLog.take();
    if (content !== undefined) await this.#chunkFiles.write(segment.number, content);
    await this.#chunkFiles.sweep().catch((error: unknown) => this.#settings.report('journal_delete_failed', { error: String(error) }));
  }

  async #onOpened(segment: Segment): Promise<void> {
    await syncPath(this.#settings.dir);
    this.#segments.add(segment);
  }

  #onFailed(error: JournalWriteError, batches: readonly Batch[]): void {
    for (const batch of batches) for (const chunk of batch.chunks) this.#underWay.delete(chunk.toString('latin1'));
    this.#joins.forget();
    this.#planned = this.#lines;
    this.#current = this.#plan();
    this.#settings.count('write_failures');
    this.#settings.report('journal_write_failed', { error: error.message });
    this.#endsOwed = true;
    this.#room.failed(error.message);
  }

  #onRoom(writable: boolean, reason: string): void {
    this.#endOwedJoins();
    this.#settings.onWritable(writable, reason);
  }

  #endOwedJoins(): void {
    if (!this.#endsOwed || this.#room.refusal() !== '') return;
    this.#endsOwed = false;
    this.#endOpenJoins();
  }

  /** The writer's memory of open joins is gone: what they have so far becomes a record. */
  #endOpenJoins(): void {
    const lines = this.#joins.list.map((first) => ({ end: first }));
    if (lines.length > 0) this.#store({ lines }).catch(() => undefined);
  }

  /**
   * A consumer with a durable cursor of its own; all of them should be asked for right after `open`, as segments that no
   * reader needs are deleted. A new consumer begins at the oldest record.
   */
  reader(name: string): Reader {
    const existing = this.#readers.get(name);
    if (existing !== undefined) return existing;
    const found = this.#cursors.get(name);
    if (found === 'damaged') this.#settings.report('journal_cursor_damaged', { consumer: name });
    const oldest = this.#oldestNeeded(name);
    const state = found === undefined || found === 'damaged' ? { position: oldest, from: oldest, mark: '', counters: {} } : found;
    const path = join(this.#settings.dir, 'cursors', `${name}.cursor`);
    const reader = new Reader({
      ...this.#partsOf(name),
      start: { mark: state.mark, counters: state.counters, replayUntil: this.#begin },
      cursor: new CursorFile(path, this.id, state, () => void this.#dropRead()),
      goneBefore: () => this.#segments.droppedBefore,
      skipped: (from, to) => {
        this.#settings.count('reader_skips');
        this.#settings.report('journal_reader_skipped', { consumer: name, from, to });
      },
    });
    this.#readers.set(name, reader);
    return reader;
  }

  /** Behind the last durable append, as a place to begin at. */
  get tip(): Cursor {
    return { position: this.#head.end, from: this.#joins.oldestFrame ?? this.#head.end };
  }

  /** The first position that can be read: what lies before it has been removed. */
  get oldest(): Position {
    const oldest = this.#segments.oldest;
    return oldest === undefined ? this.#begin : positionOf(oldest.number, 0);
  }

  /**
   * A passing consumer: it begins where it is told, commits nothing and keeps no segment from being removed; `gone` is told
   * of what was removed before it was read. Close it.
   */
  follow({ position, from }: Cursor, gone: (from: Position, to: Position) => void): Reader {
    return new Reader({
      ...this.#partsOf('tail'),
      start: { mark: '', counters: {}, replayUntil: this.#begin },
      cursor: new PassingPlace({ position, from, mark: '', counters: {} }),
      goneBefore: () => this.#segments.removedBefore,
      skipped: gone,
    });
  }

  #partsOf(name: string): Omit<ReaderParts, 'start' | 'cursor' | 'goneBefore' | 'skipped'> {
    return {
      name,
      journal: this.id,
      head: this.#head,
      segments: this.#segments,
      compose: this.#settings.compose,
      isClosed: () => this.#closed,
      damage: (damage) => {
        this.#settings.count('damaged_frames');
        this.#settings.report('journal_damage', { consumer: name, position: damage.position, bytes: damage.damaged });
      },
    };
  }

  #oldestNeeded(name: string): Position {
    const found = this.#cursors.get(name);
    if (found !== undefined && found !== 'damaged') return found.position;
    const oldest = this.#segments.oldest;
    return oldest === undefined ? this.#begin : positionOf(oldest.number, 0);
  }

  async #dropRead(): Promise<void> {
    const holding = this.#readers.get(HOLDING_CONSUMER);
    if (holding === undefined) return;
    const needed = Math.min(...[...this.#readers.values()].map((reader) => reader.needed));
    try {
      await this.#segments.drop(needed, holding.needed, this.#settings.maxBytes);
    } catch (error) {
      this.#settings.report('journal_delete_failed', { error: String(error) });
    }
    this.#room.check();
  }

  /** Takes no more, makes durable what waits, writes the cursors and seals the segment. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#room.stop();
    await this.#writer.flush();
    this.#head.close();
    for (const reader of this.#readers.values()) await reader.close();
    // Without its foot the segment is scanned at the next start: nothing is lost.
    await this.#writer.seal().catch((error: unknown) => this.#settings.report('journal_seal_failed', { error: String(error) }));
  }
}
