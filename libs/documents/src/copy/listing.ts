/** For a copy that begins with a Redis in use, or was lost: everything there is counts as changed. */
import type { RedisConnection } from '../redis/connection.js';
import { LISTED, SCAN, TRACK } from '../redis/scripts.js';
import { DATA } from './copy-format.js';
import type { DocumentIndex } from './document-index.js';

/** Keys of one script. */
const BATCH = 1_000;

/** What the index has and Redis has not counts as well: the next round removes it there. */
export async function listAll(connection: RedisConnection, index: DocumentIndex): Promise<void> {
  // From here on all changes are tracked, so that what is changed while the list is made is not missed.
  await connection.run(TRACK, []);
  for (const kind of ['documents:', 'checkpoint:']) {
    for (const hash of await connection.hashes(kind)) await listHash(connection, hash);
  }
  let names: string[] = [];
  for await (const { key } of index.read(DATA)) {
    const slash = key.indexOf('/', DATA.length);
    names.push(key.slice(DATA.length, slash), key.slice(slash + 1));
    if (names.length < 2 * BATCH) continue;
    await connection.run(TRACK, names);
    names = [];
  }
  await connection.run(TRACK, names);
  await connection.run(LISTED, []);
}

async function listHash(connection: RedisConnection, hash: string): Promise<void> {
  let cursor = '0';
  do {
    const [, next, flat] = await connection.run(SCAN, [hash, cursor, BATCH]);
    const fields = (flat as readonly string[]).filter((_, at) => at % 2 === 0);
    await connection.run(
      TRACK,
      fields.flatMap((field) => [hash, field]),
    );
    cursor = String(next);
  } while (cursor !== '0');
}
