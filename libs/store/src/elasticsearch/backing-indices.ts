/**
 * A data stream is a row of backing indices; only the last one takes new records. An `_id` is unique inside one of them, so
 * after a rollover a repeat would be stored once more. Hence the mark: the write index as it was before a record was first
 * sent. A repeat looks into every backing index from there on.
 */
import type { Client, estypes } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { isStatus, toStoreError } from './client.js';

/** Ids asked for at once: a request of some 200 KB. */
const LOOKUP_IDS = 5_000;
const ITEM_FILTER = ['items.*.status', 'items.*._index', 'items.*.error.reason'];

export class BackingIndices {
  /** The server has given a list, or said that there is none: from then on an answer without one is not the server's. */
  #hasAnswered = false;

  constructor(
    private readonly client: Client,
    /** Index expression over all streams. */
    private readonly streams: string,
  ) {}

  /** Backing indices of each stream in order, the write index last; none where the answer has no list. Throws `StoreError`. */
  all(): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#read(this.streams, []);
  }

  /**
   * Names in order, the write index last; empty when the stream does not exist yet. Throws `StoreError`. What answers bulk
   * requests and keeps no list, so that every mark is empty, has none to look through either.
   */
  async list(stream: string, since: string): Promise<readonly string[]> {
    const isListless = since === '' && !this.#hasAnswered;
    return (await this.#read(stream, isListless ? [] : undefined)).get(stream) ?? [];
  }

  /**
   * The write index of each stream. An answer that names none gives an empty mark, which is safe: a look from there on goes through
   * all indices.
   */
  async mark(): Promise<string> {
    return [...(await this.all()).values()].map((indices) => indices.at(-1) ?? '').join(',');
  }

  /** `missing`: what an answer without any list stands for; absent: for an error. */
  async #read(name: string, missing?: readonly never[]): Promise<ReadonlyMap<string, readonly string[]>> {
    try {
      const answer = (await this.client.indices.getDataStream({ name })) as { data_streams?: unknown };
      this.#hasAnswered ||= answer.data_streams !== undefined;
      const streams = answer.data_streams ?? missing;
      if (!Array.isArray(streams)) throw unknownAnswer(`reading the backing indices of ${name}`);
      const known = streams as estypes.IndicesDataStream[];
      return new Map(known.map((stream) => [stream.name, stream.indices.map((index) => index.index_name)]));
    } catch (error) {
      if (isStatus(error, 404)) {
        this.#hasAnswered = true;
        return new Map();
      }
      throw toStoreError(error, `reading the backing indices of ${name}`);
    }
  }

  /**
   * In which of these indices, in their order, each of these records is, refreshed or not: `_mget` reads the live version. The
   * indices are named one by one, as `_mget` on the stream fails.
   */
  async find(indices: readonly string[], ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, string[]>();
    for (const index of indices) {
      for (let from = 0; from < ids.length; from += LOOKUP_IDS) {
        for (const id of await this.#findIn(index, ids.slice(from, from + LOOKUP_IDS))) found.set(id, [...(found.get(id) ?? []), index]);
      }
    }
    return found;
  }

  async #findIn(index: string, ids: string[]): Promise<string[]> {
    try {
      const answer = await this.client.mget({ index, ids, _source: false, filter_path: ['docs._id', 'docs.found', 'docs.error'] });
      const { docs = [] } = answer as { docs?: typeof answer.docs };
      // Taken for "not there", an answer that is none would store these records a second time.
      if (docs.length !== ids.length) throw unknownAnswer(`looking up records in ${index}`);
      const broken = docs.find((doc) => 'error' in doc && doc.error.type !== 'index_not_found_exception');
      if (broken && 'error' in broken) {
        throw new StoreError('store_unavailable', `looking up records in ${index}: ${broken.error.reason ?? broken.error.type}`, true);
      }
      return docs.flatMap((doc) => ('found' in doc && doc.found ? [doc._id] : []));
    } catch (error) {
      if (isStatus(error, 404)) return [];
      throw toStoreError(error, `looking up records in ${index}`);
    }
  }

  /** Takes single records out of backing indices. Throws `StoreError` when one of them stays. */
  async remove(copies: readonly { readonly index: string; readonly id: string }[]): Promise<void> {
    try {
      const operations = copies.map(({ index, id }) => ({ delete: { _index: index, _id: id } }));
      const { items = [] } = (await this.client.bulk({ operations, filter_path: ITEM_FILTER })) as {
        items?: estypes.BulkResponse['items'];
      };
      if (items.length !== copies.length) throw unknownAnswer('removing copies');
      const failed = items.map((item) => item.delete).find((item) => item?.error !== undefined);
      if (failed)
        throw new StoreError('store_unavailable', `a copy stays in ${failed._index}: ${failed.error?.reason ?? failed.status}`, true);
    } catch (error) {
      throw toStoreError(error, `removing copies from ${this.streams}`);
    }
  }
}

function unknownAnswer(what: string): StoreError {
  return new StoreError('store_unavailable', `${what}: the answer is none of Elasticsearch; is there a proxy before it?`, true);
}

/**
 * Where a record may be that was first sent at `mark`, which names the write index of each stream, with commas. A stream that
 * it does not name was made since, or its index deleted: then it is all of them.
 */
export function indicesSince(indices: readonly string[], mark: string): readonly string[] {
  const marked = new Set(mark.split(','));
  return indices.slice(
    Math.max(
      0,
      indices.findIndex((index) => marked.has(index)),
    ),
  );
}
