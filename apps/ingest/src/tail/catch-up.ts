import type { Cursor, Journal, Position, Reader } from '#libs/journal';
import { QuerySieve, type SievedQuery } from '#libs/rules';
import type { TailRecord } from '#libs/tail';

/** One turn of the event loop's worth, as at the head. */
const MAX_READ_BYTES = 256 * 1024;
const MAX_READ_RECORDS = 500;

export interface Caught {
  readonly records: readonly TailRecord[];
  readonly place: Cursor;
}

/** What lies before this was removed before it could be read: records behind the place, or parts of joins that end there. */
export interface Gone {
  readonly before: Position;
}

/** Reads the journal for one tail from where it left off, as fast as that takes it. */
export class CatchUp {
  private readonly reader: Reader;
  private readonly sieve: QuerySieve;
  private gone: Gone | undefined;
  private reading: Promise<unknown> | undefined;

  constructor(
    journal: Journal,
    private place: Cursor,
    private readonly wanted: { readonly query: SievedQuery; readonly accepts: (record: TailRecord) => boolean },
  ) {
    this.sieve = new QuerySieve([wanted.query]);
    // Frames are read whole: `accepts` knows which of their records are behind the place.
    const { from } = place;
    this.reader = journal.follow({ position: from, from }, (_, before) => {
      this.gone = { before };
    });
  }

  /** What comes next before `until`; undefined when there is nothing any more. Once something is gone, it cannot go on. */
  next(until: number, signal: AbortSignal): Promise<Caught | Gone | undefined> {
    const reading = this.read(until, signal);
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  /** Once what is being read has been read. */
  async close(): Promise<void> {
    await this.reading;
    await this.reader.close();
  }

  private async read(until: number, signal: AbortSignal): Promise<Caught | Gone | undefined> {
    const records: TailRecord[] = [];
    const { from } = this.place;
    const limits = { maxBytes: MAX_READ_BYTES, maxRecords: MAX_READ_RECORDS, until, signal };
    const read = await this.reader.visit(limits, (piece) =>
      this.sieve.sift(piece, (_, index, begin, end) => {
        const record = { position: piece.positions[index] ?? 0, from, source: Buffer.from(piece.bulk.subarray(begin, end)) };
        if (this.wanted.accepts(record)) records.push(record);
      }),
    );
    if (this.gone !== undefined) return this.gone;
    if (read === undefined || read.count === 0) return undefined;
    this.place = read.cursor;
    return { records, place: read.cursor };
  }
}
