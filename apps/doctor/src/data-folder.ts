import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Settings } from '#libs/config';
import { findingsOf, formatBytes, type Finding } from './finding.js';

const found = findingsOf('data folder');

/** Whether it can be written, what is in it, and whether the disk has room for what may come. Changes nothing. */
export async function examineDataFolder({ data, journal, store }: Settings): Promise<Finding[]> {
  const folder = resolve(data.dir);
  const there = await stat(folder).catch(() => undefined);
  if (there === undefined) return [found.ok(`${folder} is not there yet: the first start makes it`)];
  if (!there.isDirectory()) return [found.fail(`${folder} is a file`, 'choose another LOGWEIR_DATA_DIR')];
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const advice = 'run this as the user that Logweir runs as; else change the owner of the folder or LOGWEIR_DATA_DIR';
    return [found.fail(`${folder} cannot be written by this user`, advice)];
  }
  const sizes = new Map<string, number>();
  for (const part of ['journal', 'store', 'dead-letters', 'alerts', 'coordination']) sizes.set(part, await sizeOf(join(folder, part)));
  const told = [...sizes].filter(([, size]) => size > 0).map(([part, size]) => `${part} ${formatBytes(size)}`);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const room = roomFor({ free, floor: journal.freeFloor, growth: Math.max(0, journal.maxBytes - (sizes.get('journal') ?? 0)) });
  const kept = store.kind === 'duckdb' ? [`records are kept ${store.retentionDays} days`] : [];
  return [found.ok([`${folder}: ${told.join(', ') || 'empty'}`, ...kept].join('; ')), room];
}

function roomFor(disk: { readonly free: number; readonly floor: number; readonly growth: number }): Finding {
  const { free, floor, growth } = disk;
  if (free <= floor) {
    return found.fail(
      `${formatBytes(free)} free: below LOGWEIR_JOURNAL_FREE_FLOOR (${formatBytes(floor)}), senders have to wait`,
      'free space, or shorten LOGWEIR_STORE_RETENTION_DAYS',
    );
  }
  if (free - floor < growth) {
    return found.warn(
      `${formatBytes(free)} free: less than the journal may still grow while the store is away (${formatBytes(growth)})`,
      'lower LOGWEIR_JOURNAL_MAX_BYTES or get a larger disk; senders wait when the free floor is reached, nothing is lost',
    );
  }
  return found.ok(`${formatBytes(free)} free`);
}

/** Bytes of all files below; 0 when there is nothing. Files may go while we look. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
