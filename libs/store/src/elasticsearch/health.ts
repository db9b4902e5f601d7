import type { Client } from '@elastic/elasticsearch';
import type { StoreHealth } from '../log-store.js';
import { toStoreError } from './client.js';

/** Below the wait of `/readyz`, so that a person reads what is wrong, and not that nothing was heard. */
const HEALTH_TIMEOUT_MS = 1_500;
/** Elasticsearch's own wait for its state. */
const STATE_TIMEOUT = '1s';
const OK: StoreHealth = { ok: true, reason: '' };

/** Asks for what stands in the way of the next write or search: the server, red shards, a write block. */
export async function checkHealth(client: Client, stream: string): Promise<StoreHealth> {
  try {
    const [shards, blocks] = await Promise.all([checkShards(client, stream), checkBlocks(client, stream)]);
    return shards.ok ? blocks : shards;
  } catch (error) {
    const problem = toStoreError(error, 'asking Elasticsearch for its health');
    const reason =
      problem.code === 'store_timeout'
        ? `Elasticsearch does not answer within ${HEALTH_TIMEOUT_MS} ms: it is overloaded, or stands still; look at its log and its load`
        : problem.message;
    return { ok: false, reason };
  }
}

async function checkShards(client: Client, stream: string): Promise<StoreHealth> {
  // With the star it answers for a stream that does not exist yet, too.
  const request = { index: `${stream}*`, expand_wildcards: 'all' as const, timeout: STATE_TIMEOUT };
  const { status } = await client.cluster.health(request, { requestTimeout: HEALTH_TIMEOUT_MS });
  if (status !== 'red') return OK;
  return { ok: false, reason: `a shard of ${stream} has no copy (red): look at GET _cluster/allocation/explain` };
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
  return OK;
}
