import { TimeReader } from './time-reader.js';
import type { Instant } from './timestamp.js';
import { Zone } from './zone.js';

/** The head of a line, in which an access log has its time. */
const HEAD = 256;
const KEYS = ['@timestamp', 'timestamp', 'time', 'ts', 'datetime', 'asctime', 'eventTime', 'event_time', '@t', 't'];
const LOGFMT = /(?:^| )(?:time|ts|timestamp)="?([^" ]{8,40})/;

/**
 * The time that a line of a file carries itself, for senders whose records have no other: at its head, in brackets, in an access log, in logfmt
 * or under a usual key of a JSON line. Zone-less times are in the given zone.
 */
export class LineTime {
  private readonly zone: Zone;
  private readonly times: TimeReader;

  /** Throws a RangeError for an unknown zone. */
  constructor(zone: string) {
    this.zone = new Zone(zone);
    this.times = new TimeReader(this.zone);
  }

  read(line: string): Instant | undefined {
    const first = line.charCodeAt(0);
    if (first === 123) return this.readJson(line);
    if (this.times.readIso(line, first === 91 ? 1 : 0) >= 0) return this.instant();
    const bracket = line.slice(0, HEAD).indexOf('[');
    if (bracket >= 0 && this.times.readAccess(line, bracket + 1)) return this.instant();
    const found = LOGFMT.exec(line.slice(0, HEAD))?.[1];
    return found !== undefined && this.times.readText(found) ? this.instant() : undefined;
  }

  private readJson(line: string): Instant | undefined {
    const fields = parseObject(line);
    for (const key of KEYS) {
      const value = fields[key];
      if (typeof value === 'string' && this.times.readText(value)) return this.instant();
      if (typeof value === 'number' && this.times.readNumber(String(value))) return this.instant();
    }
    return undefined;
  }

  private instant(): Instant {
    const { seconds, tail, zoned } = this.times;
    return { seconds: zoned ? seconds : seconds - this.zone.offsetAtLocal(seconds), nanos: Number(tail.slice(1, 10)) };
  }
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
