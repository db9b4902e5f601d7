import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { StoreError } from '../errors.js';
import { quoteText } from './columns.js';
import { DayFile } from './day-file.js';
import { OpenFilters } from './filter-runs.js';
import type { StartOptions, StoreReport } from './protocol.js';
import { Readers } from './readers.js';
import { dayOf } from './timestamp.js';

/**
 * The folder: `catalog.duckdb` (what retention dropped; its file lock keeps other processes out), one `<day>.duckdb` per UTC day,
 * `<day>.compact` while a closed day is rewritten, `spill/` for what DuckDB cannot hold in memory.
 */
const CATALOG = 'catalog.duckdb';
const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.duckdb$/;
const LEFTOVER = /\.compact(\.wal)?$/;
/** Reasons that say nothing about what is in the file, so that it stays where it is. */
const NOT_THE_FILE =
  /No space left|Permission denied|Too many open files|Could not set lock|Out of Memory|Read-only file system|No such file|is a directory/i;
const LOCKED = /Could not set lock|Conflicting lock/;

interface Opened {
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly checkpointer: DuckDBConnection;
  readonly readers: Readers;
}

export class Catalog {
  /** Of the days that get records. */
  readonly filters = new OpenFilters();
  private readonly days = new Map<string, DayFile>();
  private droppedDay = '';

  private constructor(
    readonly folder: string,
    private readonly opened: Opened,
    private readonly report: (report: StoreReport) => void,
  ) {}

  static async open(options: StartOptions, report: (report: StoreReport) => void): Promise<Catalog> {
    const { folder } = options;
    await mkdir(folder, { recursive: true });
    const instance = await openInstance(options);
    const [writer, checkpointer] = [await instance.connect(), await instance.connect()];
    const catalog = new Catalog(folder, { instance, writer, checkpointer, readers: await Readers.open(instance) }, report);
    await catalog.load(options.nowMs);
    return catalog;
  }

  /** The one connection that writes; its user takes turns in `Turns`. */
  get writer(): DuckDBConnection {
    return this.opened.writer;
  }

  /** Checkpoints run beside the writer, which needs its connection to fill the next transaction. */
  get checkpointer(): DuckDBConnection {
    return this.opened.checkpointer;
  }

  get readers(): Readers {
    return this.opened.readers;
  }

  connect(): Promise<DuckDBConnection> {
    return this.opened.instance.connect();
  }

  /** Oldest first. */
  list(): DayFile[] {
    return [...this.days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  /** True when retention dropped this day: it is never opened again. */
  isDropped(day: string): boolean {
    return day < this.droppedDay;
  }

  /** The day's file, made when there is none. */
  async open(day: string, nowMs: number): Promise<DayFile> {
    const known = this.days.get(day);
    if (known) return known;
    const file = new DayFile(day, join(this.folder, `${day}.duckdb`));
    const opened = await this.attach(file, nowMs);
    this.days.set(day, opened);
    return opened;
  }

  /** After a failed write: the next write opens the file again, and sets it aside when that fails. */
  async forget(file: DayFile): Promise<void> {
    await file.alone(async () => {
      this.days.delete(file.day);
      await file.saved;
      await file.detach(this.writer).catch(() => {});
    });
  }

  /** Remembered before the first file goes, so that a crash between leaves a file to remove, not a day to fill again. */
  async dropBefore(day: string): Promise<DayFile[]> {
    if (day > this.droppedDay) {
      await this.writer.run(`INSERT OR REPLACE INTO meta VALUES ('dropped_before', ${quoteText(day)})`);
      this.droppedDay = day;
    }
    const dropped = this.list().filter((file) => this.isDropped(file.day));
    for (const file of dropped) {
      this.days.delete(file.day);
      await file.saved;
      await file.alone(() => file.detach(this.writer));
      await file.remove();
    }
    return dropped;
  }

  async close(): Promise<void> {
    for (const file of this.list()) await file.alone(() => file.checkpoint(this.checkpointer)).catch(() => {});
    this.readers.closeSync();
    this.checkpointer.closeSync();
    this.writer.closeSync();
    this.opened.instance.closeSync();
  }

  private async load(nowMs: number): Promise<void> {
    await this.writer.run('CREATE TABLE IF NOT EXISTS meta (key VARCHAR PRIMARY KEY, value VARCHAR)');
    const rows = (await this.writer.runAndReadAll(`SELECT value FROM meta WHERE key = 'dropped_before'`)).getRowsJS() as [string][];
    this.droppedDay = rows[0]?.[0] ?? '';
    for (const name of await readdir(this.folder)) {
      if (LEFTOVER.test(name)) await rm(join(this.folder, name), { force: true });
      const day = DAY_FILE.exec(name)?.[1];
      if (day === undefined || dayOf(Date.parse(day)) !== day) continue;
      if (this.isDropped(day)) await new DayFile(day, join(this.folder, name)).remove();
      else await this.open(day, nowMs);
    }
  }

  private async attach(file: DayFile, nowMs: number): Promise<DayFile> {
    try {
      await file.attach(this.writer);
      return file;
    } catch (error) {
      if (NOT_THE_FILE.test((error as Error).message)) throw error;
      const aside = await file.setAside(nowMs);
      const message = `${file.path} cannot be read (${(error as Error).message}); it is kept as ${aside} and its records are not searched`;
      this.report({ type: 'day_set_aside', message });
      const fresh = new DayFile(file.day, file.path);
      await fresh.attach(this.writer);
      return fresh;
    }
  }
}

async function openInstance(options: StartOptions): Promise<DuckDBInstance> {
  const path = join(options.folder, CATALOG);
  try {
    return await DuckDBInstance.create(path, {
      memory_limit: `${options.memoryLimitMb}MB`,
      threads: String(options.threads),
      temp_directory: join(options.folder, 'spill'),
      // Checkpoints are made by hand, where they hold nobody up.
      checkpoint_threshold: '1TB',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
    });
  } catch (error) {
    const reason = (error as Error).message;
    if (!LOCKED.test(reason)) throw new StoreError('store_folder', `cannot open ${path}: ${reason}`, false, { cause: error });
    const holder = /PID (\d+)/.exec(reason)?.[1];
    const who = holder === undefined ? 'another process' : `process ${holder}`;
    throw new StoreError(
      'store_locked',
      `the store folder ${options.folder} is in use by ${who}: stop it, or give this one another folder`,
      false,
    );
  }
}
