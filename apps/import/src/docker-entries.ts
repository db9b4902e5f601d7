import type { Instant } from '#libs/record';
import type { Entry, EntryReader, Fields, Saved } from './entry.js';

/**
 * Docker's `json-file`: `{"log":"text\n","stream":"stdout","attrs":{…},"time":"2026-11-21T04:04:23.123456789Z"}` a line, times of 0 to 9
 * decimals. A text that does not end with a newline is a piece of a line over 16 KiB: the next line of that stream goes on.
 */

/** The hub cuts messages there. */
const MAX_TEXT = 1024 * 1024;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

interface DockerLine {
  readonly log?: unknown;
  readonly stream?: unknown;
  readonly time?: unknown;
  readonly attrs?: unknown;
}

interface Piece {
  readonly time: Instant;
  readonly text: string;
  readonly fields: Fields;
}

export class DockerEntries implements EntryReader {
  malformed = 0;
  private readonly open = new Map<string, Piece>();
  private readonly known = new Map<string, Fields>();
  private last: Instant;
  private second = '';
  private seconds = 0;

  /** `time`: of a line that tells none, until one does. */
  constructor(
    private readonly container: Fields,
    time: Instant,
  ) {
    this.last = time;
  }

  get isOpen(): boolean {
    return this.open.size > 0;
  }

  take(line: Buffer): Entry | undefined {
    const { log, stream, time, attrs } = parse(line);
    if (typeof log !== 'string') return this.raw(line);
    const source = stream === 'stderr' ? 'stderr' : 'stdout';
    this.last = this.instant(time) ?? this.last;
    const before = this.open.get(source);
    const text = before === undefined ? log : before.text + log;
    const piece = { time: before?.time ?? this.last, text, fields: before?.fields ?? this.fieldsOf(source, attrs) };
    if (!log.endsWith('\n') && text.length < MAX_TEXT) {
      this.open.set(source, piece);
      return undefined;
    }
    if (before !== undefined) this.open.delete(source);
    return entryOf(piece);
  }

  flush(): Entry[] {
    const entries = [...this.open.values()].map(entryOf);
    this.open.clear();
    return entries;
  }

  save(): Saved {
    const open = Object.fromEntries([...this.open].map(([source, { time, text }]) => [source, { time, text }]));
    return { time: this.last, ...(this.isOpen ? { open } : {}) };
  }

  restore({ time, open = {} }: Saved): void {
    this.last = time ?? this.last;
    for (const [source, piece] of Object.entries(open)) this.open.set(source, { ...piece, fields: this.fieldsOf(source, undefined) });
  }

  /** What a crash of the machine left in the file; NULs are room that was never written. */
  private raw(line: Buffer): Entry | undefined {
    const text = line.toString('utf8').replaceAll('\0', '');
    if (text.trim() === '') return undefined;
    this.malformed += 1;
    return { time: this.last, text, fields: this.fieldsOf('stdout', undefined) };
  }

  private fieldsOf(source: string, attrs: unknown): Fields {
    const key = attrs === undefined ? source : `${source}${JSON.stringify(attrs)}`;
    let fields = this.known.get(key);
    if (fields === undefined) {
      if (this.known.size > 100) this.known.clear();
      fields = { ...textsOf(attrs), ...this.container, source };
      this.known.set(key, fields);
    }
    return fields;
  }

  private instant(time: unknown): Instant | undefined {
    const found = typeof time === 'string' ? TIME.exec(time) : null;
    if (found === null) return undefined;
    const [, second = '', decimals = ''] = found;
    if (second !== this.second) {
      this.second = second;
      this.seconds = Date.parse(`${second}Z`) / 1000;
    }
    return Number.isNaN(this.seconds) ? undefined : { seconds: this.seconds, nanos: Number(decimals.padEnd(9, '0')) };
  }
}

function parse(line: Buffer): DockerLine {
  try {
    return (JSON.parse(line.toString('utf8')) ?? {}) as DockerLine;
  } catch {
    return {};
  }
}

const entryOf = ({ time, text, fields }: Piece): Entry => ({ time, text: text.endsWith('\n') ? text.slice(0, -1) : text, fields });

function textsOf(attrs: unknown): Fields {
  const entries = typeof attrs === 'object' && attrs !== null ? Object.entries(attrs) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
