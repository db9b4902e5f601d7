import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { syncPath } from '#libs/disk';
import type { Catalog } from './catalog.js';
import { quoteText, schemaOf, STORAGE_VERSION } from './columns.js';
import type { DayFile } from './day-file.js';

/**
 * A day written anew: into `<day>.compact`, which takes the day's name only when it is whole and on disk. Until the rename the old
 * file counts, and a start removes what a crash left. One rewrite at a time.
 */

export const newPath = (day: DayFile): string => `${day.path.replace(/\.duckdb$/, '')}.compact`;

/** Makes the empty file under the name that is given back; whoever asked detaches it. */
export async function attachNew(connection: DuckDBConnection, day: DayFile): Promise<string> {
  const name = `compact_${day.name}`;
  await connection.run(`ATTACH ${quoteText(newPath(day))} AS ${name} (STORAGE_VERSION '${STORAGE_VERSION}')`);
  for (const statement of schemaOf(name)) await connection.run(statement);
  return name;
}

/** The new file in the old one's place, which nobody may read or write meanwhile; false when the old one must stay. */
export async function swapIn(catalog: Catalog, day: DayFile): Promise<boolean> {
  if (catalog.isDropped(day.day)) return false;
  await day.checkpoint(catalog.checkpointer);
  await day.detach(catalog.writer);
  try {
    // A log left behind would be replayed onto the new file.
    if (await exists(`${day.path}.wal`)) return false;
    await syncPath(newPath(day));
    await rename(newPath(day), day.path);
    await syncPath(dirname(day.path));
    day.rewrites += 1;
    return true;
  } finally {
    await day.attachAgain(catalog.writer);
  }
}

export async function removeNew(day: DayFile): Promise<void> {
  await rm(newPath(day), { force: true });
  await rm(`${newPath(day)}.wal`, { force: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
