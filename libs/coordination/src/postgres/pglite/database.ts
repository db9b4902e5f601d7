import { PGlite } from '@electric-sql/pglite';
import { runMigrations } from 'bullmq';
import { MIGRATION } from '../schema.js';
import type { Rows } from './protocol.js';

/**
 * PGlite is PostgreSQL as WebAssembly: one session, no processes, no fsync. With its defaults it takes 305 MB, with these
 * settings 167 MB; queues and leases are small.
 */
const SETTINGS = ['shared_buffers=4MB', 'max_connections=10', 'wal_buffers=256kB', 'max_wal_size=64MB', 'min_wal_size=32MB'];

/** Opens a folder, makes it when it is empty, and brings its tables up to date. */
export async function openDatabase(folder: string): Promise<PGlite> {
  const database = await PGlite.create({ dataDir: folder, postgresqlconf: SETTINGS });
  await runMigrations({ query: (text, params) => run(database, text, params ?? []) }, 'bullmq', {});
  await database.exec(MIGRATION);
  await database.exec('SET search_path TO bullmq, public');
  return database;
}

/** Several statements can only go without parameters; then the last answer counts. */
export async function run<Row>(database: PGlite, text: string, params: readonly unknown[]): Promise<Rows & { rows: Row[] }> {
  const result = params.length === 0 ? (await database.exec(text)).at(-1) : await database.query(text, [...params]);
  const rows = (result?.rows ?? []) as (Row & Record<string, unknown>)[];
  return { rows, rowCount: result?.affectedRows || rows.length };
}
