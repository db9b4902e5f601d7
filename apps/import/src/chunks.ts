import { ChunkWriter, chunkIdOf } from './chunk-writer.js';
import { DockerEntries } from './docker-entries.js';
import type { Entry, EntryReader } from './entry.js';
import { type Line, readLines } from './lines.js';
import { PlainEntries } from './plain-entries.js';
import type { FoundFile, Source } from './sources.js';
import { type FileProgress, headOf } from './state.js';

/** One chunk, and where its file is when it is acknowledged. */
export interface Chunk {
  readonly id: string;
  /** Absent when no line of the range is wanted. */
  readonly frame?: Buffer;
  readonly lines: number;
  readonly after: FileProgress;
}

export interface Counts {
  /** Lines that were read, each counted once in what follows or sent. */
  lines: number;
  sent: number;
  /** Outside of --since and --until. */
  outside: number;
  /** Older than what the hub keeps: it would not store them. */
  expired: number;
  malformed: number;
  /** Lines that somebody may still be writing. */
  unfinished: number;
  bytesRead: number;
}

export interface ReadOptions {
  readonly tag: string;
  readonly zone: string;
  /** Seconds since the epoch; entries from the first on, before the second, and none before the third. */
  readonly since: number;
  readonly until: number;
  readonly keptSince: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

export interface FileReading {
  readonly file: FoundFile;
  readonly progress: FileProgress | undefined;
  /** Something goes on behind it: a newer file of the same source. */
  readonly rotated: boolean;
}

/** Frames of this size make an append of a few milliseconds; many of them are under way at once. */
const CHUNK_BYTES = 256 * 1024;
/** A chunk may grow to this so that no stack trace is cut. */
const MAX_CHUNK_BYTES = 2 * CHUNK_BYTES;
/** And to this while a line waits for its rest; then it is taken as it is. */
const MAX_OPEN_BYTES = 8 * CHUNK_BYTES;
/** A line without its end is taken as it is when nobody has written for so long. */
const IDLE_MS = 10_000;
const CONTINUES = /^(?:\s|Caused by:|Suppressed:|\.\.\. |\}|$)/;

export function entryReader(source: Source, file: FoundFile, { zone }: ReadOptions): EntryReader {
  const time = { seconds: Math.floor(file.changedMs / 1000), nanos: 0 };
  return source.kind === 'docker' ? new DockerEntries(source.fields, time) : new PlainEntries(source.fields, zone, time);
}

/** The chunks of one file, from where it was left. `entries` goes on over the files of a source. */
export class FileChunks {
  private readonly writer: ChunkWriter;
  private lines = 0;
  private id = '';
  private from: number;
  private end: number;
  private isUnfinished = false;
  private head: FileProgress['head'] = { bytes: 0, hash: '' };
  /** The last place at which no piece of a line waited for its rest. */
  private safe: { end: number; writer: { bytes: number; size: number }; lines: number; saved: FileProgress['saved'] };

  constructor(
    private readonly reading: FileReading,
    private readonly entries: EntryReader,
    private readonly options: ReadOptions,
    private readonly counts: Counts,
  ) {
    this.writer = new ChunkWriter(options.tag);
    this.from = reading.progress?.offset ?? 0;
    this.end = this.from;
    this.safe = { end: this.from, writer: this.writer.mark(), lines: 0, saved: entries.save() };
  }

  async *read(): AsyncGenerator<Chunk> {
    const { file } = this.reading;
    this.head = await headOf(file);
    this.begin();
    const onRead = (bytes: number): void => void (this.counts.bytesRead += bytes);
    if (!file.compressed) onRead(this.from);
    for await (const lines of readLines(file, this.from, onRead)) {
      for (const line of lines) {
        if (!line.whole && !this.isTaken(line)) continue;
        const entry = this.take(line);
        if (this.isFull && this.safe.end === line.start && !this.continues(entry)) yield this.cut();
        this.add(entry, line.end);
      }
    }
    yield this.last(file.bytes);
  }

  private get isFull(): boolean {
    return this.writer.bytes >= CHUNK_BYTES;
  }

  private continues(entry: Entry | undefined): boolean {
    return entry !== undefined && this.writer.bytes < MAX_CHUNK_BYTES && CONTINUES.test(entry.text.slice(0, 32));
  }

  /** A last line without a newline. */
  private isTaken(line: Line): boolean {
    if (this.isIdle || this.reading.rotated) return line.bytes.length > 0;
    this.unfinished();
    return false;
  }

  private get isIdle(): boolean {
    const { file } = this.reading;
    return file.compressed || this.options.now() - file.changedMs > IDLE_MS;
  }

  private take(line: Line): Entry | undefined {
    const before = this.entries.malformed;
    const entry = this.entries.take(line.bytes);
    this.counts.malformed += this.entries.malformed - before;
    return entry;
  }

  private add(entry: Entry | undefined, end: number): void {
    this.counts.lines += 1;
    this.lines += 1;
    this.end = end;
    if (entry !== undefined) this.write(entry);
    if (this.entries.isOpen && this.writer.bytes > MAX_OPEN_BYTES) for (const piece of this.entries.flush()) this.write(piece);
    if (!this.entries.isOpen) this.keepPlace();
  }

  private write(entry: Entry): void {
    const { seconds } = entry.time;
    const { since, until, keptSince } = this.options;
    if (seconds < since || seconds >= until) this.counts.outside += 1;
    else if (seconds < keptSince) this.counts.expired += 1;
    else this.writer.add(entry, this.id);
  }

  private begin(): void {
    const { device, inode } = this.reading.file;
    this.id = chunkIdOf({ device, inode, head: this.head.hash, from: this.from });
  }

  private keepPlace(): void {
    this.safe = { end: this.end, writer: this.writer.mark(), lines: this.lines, saved: this.entries.save() };
  }

  private last(bytes: number): Chunk {
    const { rotated, file } = this.reading;
    if (this.entries.isOpen && !rotated && this.isIdle) for (const entry of this.entries.flush()) this.write(entry);
    // Pieces at the end of a rotated file go on in the next one.
    if (!this.entries.isOpen || rotated) this.keepPlace();
    else this.unfinished();
    const chunk = this.cut();
    return this.isUnfinished ? chunk : { ...chunk, after: { ...chunk.after, complete: { bytes, changedMs: file.changedMs } } };
  }

  private unfinished(): void {
    this.isUnfinished = true;
    this.counts.unfinished += 1;
  }

  /** Up to the last safe place. */
  private cut(): Chunk {
    const { id } = this;
    const { end, writer, lines, saved } = this.safe;
    this.writer.rewind(writer);
    const frame = writer.size > 0 ? this.writer.finish(id) : undefined;
    this.counts.sent += writer.size;
    const { path, device, inode } = this.reading.file;
    this.from = end;
    this.lines = 0;
    this.safe = { end, writer: this.writer.mark(), lines: 0, saved };
    this.begin();
    return { id, ...(frame && { frame }), lines, after: { path, device, inode, offset: end, head: this.head, saved } };
  }
}
