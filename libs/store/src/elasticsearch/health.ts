import type { Client } from '@elastic/elasticsearch';
import type { StoreHealth } from '../log-store.js';
import { toStoreError } from './client.js';
import type { Layout } from './layout.js';

/** Below the wait of `/readyz`, so that a person reads what is wrong, and not that nothing was heard. */
const HEALTH_TIMEOUT_MS = 1_500;
/** Elasticsearch's own wait for its state. */
const STATE_TIMEOUT = '1s';
const OK: StoreHealth = { ok: true, reason: '' };

/** `.ds-<stream>-2026.11.21-000001` */
const GENERATION = /-\d{4}\.\d{2}\.\d{2}-\d{6}$/;

/** Asks for what stands in the way of the next write or search: the server, red shards, a write block. */
export async function checkHealth(client: Client, layout: Layout, nowMs: number): Promise<StoreHealth> {
  // With a star it answers for what does not exist yet, too.
  const index = layout.all.split(',').map((name) => (name.includes('*') ? name : `${name}*`));
  try {
    const [shards, blocks] = await Promise.all([checkShards(client, index), checkBlocks(client, index, { layout, nowMs })]);
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

async function checkShards(client: Client, index: string[]): Promise<StoreHealth> {
  const request = { index, expand_wildcards: 'all' as const, timeout: STATE_TIMEOUT };
  const { status } = await client.cluster.health(request, { requestTimeout: HEALTH_TIMEOUT_MS });
  if (status !== 'red') return OK;
  return { ok: false, reason: `a shard of ${index.join(', ')} has no copy (red): look at GET _cluster/allocation/explain` };
}

async function checkBlocks(
  client: Client,
  index: string[],
  { layout, nowMs }: { readonly layout: Layout; readonly nowMs: number },
): Promise<StoreHealth> {
  const request = { index, name: 'index.blocks.*', flat_settings: true, expand_wildcards: 'all' as const };
  const answer = await client.indices.getSettings(request, { requestTimeout: HEALTH_TIMEOUT_MS });
  const blocked = writtenOf(Object.keys(answer), layout, nowMs).map((name) => describeBlock(name, answer[name]?.settings));
  const reason = blocked.find((said) => said !== '');
  return reason === undefined ? OK : { ok: false, reason };
}

/** Older indices may be read-only; the write index of a stream, the last of its generations, and today's may not. */
function writtenOf(names: readonly string[], layout: Layout, nowMs: number): string[] {
  if (!layout.rolls) return names.filter((name) => layout.samples(nowMs).includes(name));
  const last = new Map<string, string>();
  for (const name of names.toSorted()) last.set(name.replace(GENERATION, ''), name);
  return [...last.values()];
}

/** Empty when nothing is in the way. */
function describeBlock(index: string, settings: object | undefined): string {
  const isSet = (name: string): boolean => String(Reflect.get(settings ?? {}, `index.blocks.${name}`)) === 'true';
  if (isSet('read_only_allow_delete')) {
    return `the disk under ${index} is past the flood stage: free space or add a node, the block then goes away by itself`;
  }
  return isSet('write') || isSet('read_only') ? `${index} takes no writes: a block was set by hand, remove it` : '';
}
