import type { Client } from '@elastic/elasticsearch';
import type { StoreHealth } from '../log-store.js';
import { toStoreError } from './client.js';

/** A probe that waits longer than this is itself an answer. */
const HEALTH_TIMEOUT_MS = 5_000;

/** Asks for what stands in the way of the next write or search: the server, red shards, a write block. */
export async function checkHealth(client: Client, stream: string): Promise<StoreHealth> {
  const options = { requestTimeout: HEALTH_TIMEOUT_MS };
  try {
    // With the star it answers for a stream that does not exist yet, too.
    const { status } = await client.cluster.health({ index: `${stream}*`, expand_wildcards: 'all', timeout: '1s' }, options);
    if (status === 'red') {
      const reason = `a shard of ${stream} has no copy (red): look at GET _cluster/allocation/explain`;
      return { ok: false, reason };
    }
    return await checkBlocks(client, stream);
  } catch (error) {
    return { ok: false, reason: toStoreError(error, 'asking Elasticsearch for its health').message };
  }
}

async function checkBlocks(client: Client, stream: string): Promise<StoreHealth> {
  const request = { index: `${stream}*`, name: 'index.blocks.*', flat_settings: true, expand_wildcards: 'all' as const };
  const answer = await client.indices.getSettings(request, { requestTimeout: HEALTH_TIMEOUT_MS });
  // Older backing indices may be read-only; the write index, the last in the alphabet, may not.
  const index = Object.keys(answer).sort().at(-1);
  const settings: Record<string, unknown> = { ...(index === undefined ? {} : answer[index]?.settings) };
  if (String(settings['index.blocks.read_only_allow_delete']) === 'true') {
    return {
      ok: false,
      reason: `the disk under ${index} is past the flood stage: free space or add a node, the block then goes away by itself`,
    };
  }
  if (String(settings['index.blocks.write']) === 'true' || String(settings['index.blocks.read_only']) === 'true') {
    return { ok: false, reason: `${index} takes no writes: a block was set by hand, remove it` };
  }
  return { ok: true, reason: '' };
}
