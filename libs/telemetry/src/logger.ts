/** What we say about ourselves: one lowercase message without a trailing period, the data beside it as fields. Never once per record. */
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface JsonLoggerOptions {
  /** Takes whole lines, newline included. */
  readonly write: (line: string) => void;
  /** Lines below it are left out. */
  readonly level: LogLevel;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Come with every line, for example `{ app: 'ingest' }`. */
  readonly fields?: LogFields;
}

/** Long enough that a server that is away does not fill a disk with our own words, short enough to be seen while looking on. */
const REPEAT_MS = 5_000;

/** Different messages are few (they are string literals); the bound is for a caller that builds them. */
const MAX_MESSAGES = 256;

interface Said {
  readonly atMs: number;
  heldBack: number;
}

/**
 * One JSON object per line: `{"time","level","message",...fields}`. The same warning or error comes at most once in five
 * seconds; the next one that is let through says in `repeated` how many were held back.
 */
export class JsonLogger implements Logger {
  private readonly said = new Map<string, Said>();
  private readonly lowest: number;

  constructor(private readonly options: JsonLoggerOptions) {
    this.lowest = LOG_LEVELS.indexOf(options.level);
  }

  debug(message: string, fields?: LogFields): void {
    this.line('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.line('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.limited('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.limited('error', message, fields);
  }

  private limited(level: LogLevel, message: string, fields: LogFields = {}): void {
    const atMs = this.options.now();
    const earlier = this.said.get(message);
    if (earlier !== undefined && atMs - earlier.atMs < REPEAT_MS && atMs >= earlier.atMs) {
      earlier.heldBack += 1;
      return;
    }
    this.said.delete(message);
    if (this.said.size >= MAX_MESSAGES) this.said.delete(this.said.keys().next().value ?? '');
    this.said.set(message, { atMs, heldBack: 0 });
    this.line(level, message, earlier?.heldBack ? { ...fields, repeated: earlier.heldBack } : fields);
  }

  private line(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < this.lowest) return;
    const time = new Date(this.options.now()).toISOString();
    this.options.write(`${JSON.stringify({ time, level, message, ...this.options.fields, ...fields }, plain)}\n`);
  }
}

/** Errors become their message and stack, big integers their digits: JSON knows neither. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  return {
    ...value,
    name: value.name,
    message: value.message,
    stack: value.stack,
    ...(value.cause === undefined ? {} : { cause: value.cause }),
  };
}
