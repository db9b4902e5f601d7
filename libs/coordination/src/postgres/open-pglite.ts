import { rename } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from '#libs/telemetry';
import type { Context } from '../context.js';
import { CoordinationError } from '../errors.js';
import { LocalBus } from './local-bus.js';
import { prepareFolder } from './pglite/folder.js';
import { Pglite } from './pglite/pglite.js';
import { PglitePool } from './pglite/pool.js';
import { PostgresServer } from './postgres-server.js';

export interface PgliteOptions {
  readonly kind: 'pglite';
  /** One process at a time. */
  readonly dir: string;
  /** A prepared folder to copy for the first start; the one that the build made otherwise. */
  readonly template?: string;
}

/** PGlite keeps no lock of its own, and a second one on the same files would damage them. */
const openFolders = new Set<string>();

/** A folder that cannot be opened is set aside: what it held is filled again from documents and journals. */
export async function openPglite(options: PgliteOptions, { log, now }: Context): Promise<PostgresServer> {
  const folder = resolve(options.dir);
  if (openFolders.has(folder)) {
    throw new CoordinationError('coordination_settings', `the folder ${folder} is already open in this process: use that one`);
  }
  openFolders.add(folder);
  try {
    await prepareFolder(folder, options.template);
    const pglite = await Pglite.open({ folder }).catch(async (error: Error) => {
      const aside = `${folder}.damaged-${now()}`;
      log.error('the queue folder is damaged and was set aside; its work is made again', { folder, aside, reason: error.message });
      await rename(folder, aside);
      await prepareFolder(folder, options.template);
      return Pglite.open({ folder });
    });
    return await serverOf(pglite, log, () => openFolders.delete(folder));
  } catch (error) {
    openFolders.delete(folder);
    throw new CoordinationError('coordination_unavailable', `the queue folder ${folder} cannot be used: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function serverOf(pglite: Pglite, log: Logger, closed: () => void): Promise<PostgresServer> {
  const pool = new PglitePool(pglite, log);
  // Only one process has the folder: whoever held a lease or had a job before is gone, and nobody waits for its locks to end.
  await pool.query('UPDATE logweir.lease SET until_ms = 0');
  await pool.query("UPDATE bullmq.job SET stalled_marked = true, locked_until_ms = 0 WHERE state = 'active'");
  await pool.query("DELETE FROM bullmq.meta WHERE field = 'stalled-check'");
  return new PostgresServer({
    pool,
    bus: new LocalBus(),
    away: () => pglite.failure,
    onReconnect: () => undefined,
    close: () => pglite.close().finally(closed),
  });
}
