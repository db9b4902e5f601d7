import type { Client, estypes } from '@elastic/elasticsearch';
import type { BackingIndices } from './backing-indices.js';
import { toStoreError } from './client.js';

/**
 * Deletes backing indices, but never a write index, whose newest record is older than this UTC day. The streams' lifecycle
 * does so by itself, counting from the rollover, thus later.
 */
export async function dropIndicesBefore(client: Client, indices: BackingIndices, day: string): Promise<void> {
  const beforeMs = Date.parse(`${day}T00:00:00Z`);
  for (const index of [...(await indices.all()).values()].flatMap((ofStream) => ofStream.slice(0, -1))) {
    try {
      const newest = await newestMs(client, index);
      if (newest !== undefined && newest < beforeMs) await client.indices.delete({ index, ignore_unavailable: true });
    } catch (error) {
      throw toStoreError(error, `dropping ${index}`);
    }
  }
}

/** undefined for an empty index: it may have just been made. */
async function newestMs(client: Client, index: string): Promise<number | undefined> {
  const aggregations = { newest: { max: { field: '@timestamp' } } };
  const answer = await client.search<unknown, { newest: estypes.AggregationsMaxAggregate }>({ index, size: 0, aggregations });
  return answer.aggregations?.newest.value ?? undefined;
}
