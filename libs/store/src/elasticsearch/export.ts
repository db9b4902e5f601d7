import type { Client, estypes } from '@elastic/elasticsearch';
import { fewer, isTooLarge } from '../answer-size.js';
import { StoreError } from '../errors.js';
import { lineWriter, type ExportChunk, type ExportRequest } from '../export.js';
import type { StoredRecord } from '../log-store.js';
import { toStoreError } from './client.js';
import { unfoldRecord } from './folding.js';
import { keyOf, sortBy } from './order-key.js';

/** Records of a page: their lines are made on the thread that asks, which must not be held up. */
const PAGE = 1_000;
const PAGE_MS = 60_000;
/** Longer than anybody is waited for who does not take a page. */
const KEEP_ALIVE = '5m';

type Query = estypes.SearchRequest['query'];

/** A point in time; answers may give it another id. */
interface Pit {
  id: string;
}

/** Reads through a point in time, so that records that come and indices that roll over meanwhile change nothing; ends it in any case. */
export async function* exportRecords(
  { client, all }: { readonly client: Client; readonly all: string },
  query: Query,
  request: Omit<ExportRequest, 'query' | 'fromNs' | 'toNs'>,
): AsyncGenerator<ExportChunk> {
  const { order, signal } = request;
  const options = { requestTimeout: PAGE_MS, ...(signal && { signal }) };
  const write = lineWriter(request);
  let pit: Pit | undefined;
  try {
    signal?.throwIfAborted();
    pit = { id: (await client.openPointInTime({ index: all, ignore_unavailable: true, keep_alive: KEEP_ALIVE }, options)).id };
    const ask = { sort: sortBy(order), track_total_hits: false, ...(query && { query }) };
    const search = (page: estypes.SearchRequest) => client.search<StoredRecord>({ ...ask, ...page }, options);
    for await (const hits of pages(search, pit)) {
      const lines = hits.map((hit) => write(keyOf(hit.sort), unfoldRecord(hit._source ?? {})));
      yield { bytes: Buffer.from(lines.join('')), records: hits.length };
    }
  } catch (error) {
    throw toStoreError(error, `reading ${all}`);
  } finally {
    // It ends by itself as well, only later.
    if (pit !== undefined) await client.closePointInTime({ id: pit.id }, { requestTimeout: PAGE_MS }).catch(() => {});
  }
}

type Search = (page: estypes.SearchRequest) => Promise<estypes.SearchResponse<StoredRecord>>;

/** Asks for fewer records as often as they do not fit into an answer. */
async function* pages(search: Search, pit: Pit): AsyncGenerator<readonly estypes.SearchHit<StoredRecord>[]> {
  let after: estypes.SortResults | undefined;
  for (let size = PAGE; ;) {
    const page = { pit: { id: pit.id, keep_alive: KEEP_ALIVE }, size, ...(after && { search_after: after }) };
    const answer = await fitting(search(page), size);
    if (answer === undefined) {
      size = fewer(size);
      continue;
    }
    complete(answer);
    pit.id = answer.pit_id ?? pit.id;
    const { hits } = answer.hits;
    if (hits.length > 0) yield hits;
    if (hits.length < size) return;
    after = hits.at(-1)?.sort;
    size = Math.min(PAGE, size * 2);
  }
}

/** undefined when so many records do not fit into an answer, but fewer might. */
async function fitting<T>(answer: Promise<T>, size: number): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const told = toStoreError(error, 'reading on');
    if (!isTooLarge(told) || size === 1) throw error;
    return undefined;
  }
}

/** Half a page would be a gap that nobody sees. */
function complete({ timed_out: timedOut, _shards: shards }: estypes.SearchResponse<StoredRecord>): void {
  if (!timedOut && shards.failed === 0) return;
  const reason = shards.failures?.[0]?.reason.reason ?? 'no reason was given';
  throw new StoreError('store_unavailable', `${shards.failed} of ${shards.total} shards did not answer: ${reason}`, true);
}
