import { type Instant, LineTime } from '#libs/record';
import type { Entry, EntryReader, Fields, Saved } from './entry.js';

/** One record a line. A line without a time of its own has that of the line before, the first ones that of the file. */
export class PlainEntries implements EntryReader {
  readonly malformed = 0;
  readonly isOpen = false;
  private readonly times: LineTime;
  private last: Instant;

  constructor(
    private readonly fields: Fields,
    zone: string,
    time: Instant,
  ) {
    this.times = new LineTime(zone);
    this.last = time;
  }

  take(line: Buffer): Entry | undefined {
    const text = line.toString('utf8');
    if (text.trim() === '') return undefined;
    this.last = this.times.read(text) ?? this.last;
    return { time: this.last, text, fields: this.fields };
  }

  flush(): Entry[] {
    return [];
  }

  save(): Saved {
    return { time: this.last };
  }

  restore({ time }: Saved): void {
    this.last = time ?? this.last;
  }
}
