import { rename, rm, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { FILTERS, filtersOf, FORMAT, FORMAT_BEFORE, quoteText, schemaOf, STORAGE_VERSION, upgradeOf } from './columns.js';
import { MinuteCounts } from './minute-counts.js';
import { dayStartMs, DAY_MS } from './timestamp.js';

/**
 * One UTC day: `<day>.duckdb`, attached to the one instance under a name of its own. The store is the only reader and writer.
 * Counts and applied positions are rows that each write adds; they are summed up here when the day is opened.
 */
export class DayFile {
  readonly name: string;
  readonly startMs: number;
  counts = new MinuteCounts();
  /** Highest journal position that the rows of this file hold, by journal. */
  readonly applied = new Map<string, number>();
  /** Records at the last rewrite; -1 when the day was never rewritten. */
  compactedRecords = -1;
  /** Grows with every write, so that a rewrite sees whether it missed one. */
  writes = 0;
  /** Grows with every rewrite, which gives rows other ids. */
  rewrites = 0;
  /** Source bytes that are in the write-ahead log only. */
  unsavedBytes = 0;

  /** Settles when no checkpoint is under way. */
  saved: Promise<void> = Promise.resolve();

  private readers = 0;
  private closing: { readonly done: Promise<void>; finish(): void } | undefined;
  private drained: (() => void) | undefined;

  constructor(
    readonly day: string,
    readonly path: string,
  ) {
    this.name = `d${day.replaceAll('-', '_')}`;
    this.startMs = dayStartMs(day);
  }

  get endMs(): number {
    return this.startMs + DAY_MS;
  }

  /** Throws what DuckDB says when the file is none of ours. */
  async attach(connection: DuckDBConnection): Promise<void> {
    await this.attachAgain(connection);
    try {
      await this.createTables(connection);
      await this.load(connection);
    } catch (error) {
      await this.detach(connection);
      throw error;
    }
  }

  /** Attaches only: what is known of the day still holds. */
  async attachAgain(connection: DuckDBConnection): Promise<void> {
    await connection.run(
      `ATTACH ${quoteText(this.path)} AS ${this.name} (ROW_GROUP_SIZE ${ROW_GROUP_ROWS}, STORAGE_VERSION '${STORAGE_VERSION}')`,
    );
  }

  /** The file holds something else now. */
  async reload(connection: DuckDBConnection): Promise<void> {
    this.counts = new MinuteCounts();
    this.applied.clear();
    await this.load(connection);
  }

  async detach(connection: DuckDBConnection): Promise<void> {
    await connection.run(`DETACH ${this.name}`);
  }

  /** Writes the log into the file. The next transaction may fill its appender meanwhile, but must wait for `saved` before it writes. */
  checkpoint(connection: DuckDBConnection): Promise<void> {
    this.unsavedBytes = 0;
    const checkpoint = this.saved.then(async () => {
      await connection.run(`CHECKPOINT ${this.name}`);
    });
    this.saved = checkpoint.catch(() => {});
    return checkpoint;
  }

  /** The file must not be swapped or dropped under a query. */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    while (this.closing) await this.closing.done;
    this.readers += 1;
    try {
      return await read();
    } finally {
      this.readers -= 1;
      if (this.readers === 0) this.drained?.();
    }
  }

  /** Runs `change` while nobody reads; reads that come meanwhile wait. */
  async alone<T>(change: () => Promise<T>): Promise<T> {
    let finish = () => {};
    this.closing = { done: new Promise((resolve) => (finish = resolve)), finish: () => finish() };
    if (this.readers > 0) await new Promise<void>((resolve) => (this.drained = resolve));
    this.drained = undefined;
    try {
      return await change();
    } finally {
      this.closing.finish();
      this.closing = undefined;
    }
  }

  async bytes(): Promise<number> {
    const sizes = await Promise.all(
      [this.path, `${this.path}.wal`].map((path) =>
        stat(path).then(
          (file) => file.size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(`${this.path}.wal`, { force: true });
  }

  /** Keeps a file that cannot be read beside the others, under a name that is no day. */
  async setAside(nowMs: number): Promise<string> {
    const aside = `${this.path}.corrupt-${nowMs}`;
    await rename(this.path, aside);
    await rename(`${this.path}.wal`, `${aside}.wal`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    return aside;
  }

  private async createTables(connection: DuckDBConnection): Promise<void> {
    const tables = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER FROM duckdb_tables() WHERE database_name = ${quoteText(this.name)}`,
    );
    if (tables.getRowsJS()[0]?.[0] !== 0) return;
    await connection.run(['BEGIN', ...schemaOf(this.name), 'COMMIT'].join(';'));
  }

  private async load(connection: DuckDBConnection): Promise<void> {
    const meta = new Map((await connection.runAndReadAll(`SELECT key, value FROM ${this.name}.meta`)).getRowsJS() as [string, string][]);
    if (meta.get('format') === FORMAT_BEFORE) await connection.run(['BEGIN', ...upgradeOf(this.name), 'COMMIT'].join(';'));
    else if (meta.get('format') !== FORMAT)
      throw new Error(`its format is ${meta.get('format') ?? 'not given'}, this version reads ${FORMAT}`);
    await connection.run(filtersOf(this.name).join(';'));
    this.compactedRecords = Number(meta.get('compacted') ?? -1);
    const counts = await connection.runAndReadAll(
      `SELECT minute::DOUBLE, level, sum(records)::DOUBLE FROM ${this.name}.minutes GROUP BY ALL`,
    );
    for (const [minute, level, records] of counts.getRowsJS() as [number, string, number][]) this.counts.add(minute, level, records);
    const applied = await connection.runAndReadAll(`SELECT journal, max(position)::DOUBLE FROM ${this.name}.applied GROUP BY ALL`);
    for (const [journal, position] of applied.getRowsJS() as [string, number][]) this.applied.set(journal, position);
    // Filters of an earlier format are gone: another rewrite makes new ones.
    const filters = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${this.name}.${FILTERS}`);
    if (filters.getRowsJS()[0]?.[0] === 0) this.compactedRecords = -1;
  }
}

/** Smaller than DuckDB's 122 880: a checkpoint rewrites the last group only, and a search skips more of the others. */
const ROW_GROUP_ROWS = 61_440;
