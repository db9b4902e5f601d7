import { readFile } from 'node:fs/promises';

/** A window that was under way longer ago than the hub remembers chunk ids: only its records can tell whether it arrived. */

export interface StoredChunksOptions {
  /** `http://127.0.0.1:4280` */
  readonly api: string;
  /** Its content is sent as a bearer token. */
  readonly keyFile: string | undefined;
}

const TIMEOUT_MS = 30_000;
/** Records that were imported lie anywhere within what is kept. */
const FROM = 'now-3650d';

export class StoredChunksError extends Error {}

/** Which of these chunks are stored. The first record of each carries its id. */
export async function storedChunks(ids: readonly string[], options: StoredChunksOptions): Promise<ReadonlySet<string>> {
  const stored = new Set<string>();
  for (const id of ids) if (await isStored(id, options)) stored.add(id);
  return stored;
}

async function isStored(id: string, { api, keyFile }: StoredChunksOptions): Promise<boolean> {
  const q = `labels.import_chunk:"${id}" or import_chunk:"${id}"`;
  const url = `${api.replace(/\/$/, '')}/api/v1/logs?${new URLSearchParams({ q, from: FROM, to: 'now+2d', limit: '1', timeout: String(TIMEOUT_MS) }).toString()}`;
  try {
    const key = keyFile === undefined ? '' : (await readFile(keyFile, 'utf8')).trim();
    const response = await fetch(url, {
      headers: key === '' ? {} : { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(TIMEOUT_MS + 5_000),
    });
    const { items, partial } = (await response.json()) as { items?: unknown[]; partial?: boolean };
    if (items === undefined) throw new Error(`it answered ${response.status}`);
    if (items.length === 0 && partial === true) throw new Error('it could not look at everything in time');
    return items.length > 0;
  } catch (error) {
    throw new StoredChunksError(
      `the last run ended with chunks under way, longer ago than the hub remembers them, and ${api} cannot tell whether they arrived (${(error as Error).message}): give --api, or decide with --under-way send or --under-way skip`,
    );
  }
}
