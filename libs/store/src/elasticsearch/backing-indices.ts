/**
 * A data stream is a row of backing indices; only the last one takes new records. An `_id` is unique inside one of them, so
 * after a rollover a repeat would be stored once more. Hence the mark: the write index as it was before a record was first
 * sent. A repeat looks into every backing index from there on.
 */
import type { Client } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { isStatus, toStoreError } from './client.js';

/** Ids asked for at once: a request of some 200 KB. */
const LOOKUP_IDS = 5_000;

export class BackingIndices {
  constructor(
    private readonly client: Client,
    private readonly stream: string,
  ) {}

  /** Names in order, the write index last; empty when the stream does not exist yet. Throws `StoreError`. */
  async list(): Promise<readonly string[]> {
    try {
      const answer = await this.client.indices.getDataStream({ name: this.stream });
      return answer.data_streams?.[0]?.indices.map((index) => index.index_name) ?? [];
    } catch (error) {
      if (isStatus(error, 404)) return [];
      throw toStoreError(error, `reading the backing indices of ${this.stream}`);
    }
  }

  /**
   * Which of these records are in one of these indices, refreshed or not: `_mget` reads the live version. The indices are named
   * one by one, as `_mget` on the stream fails.
   */
  async find(indices: readonly string[], ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const index of indices) {
      for (let from = 0; from < ids.length; from += LOOKUP_IDS) {
        for (const id of await this.#findIn(index, ids.slice(from, from + LOOKUP_IDS))) found.set(id, index);
      }
    }
    return found;
  }

  async #findIn(index: string, ids: string[]): Promise<string[]> {
    try {
      const answer = await this.client.mget({ index, ids, _source: false, filter_path: ['docs._id', 'docs.found', 'docs.error'] });
      const docs = answer.docs ?? [];
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

  /** Takes single records out of one backing index. */
  async remove(copies: readonly { readonly index: string; readonly id: string }[]): Promise<void> {
    try {
      const operations = copies.map(({ index, id }) => ({ delete: { _index: index, _id: id } }));
      await this.client.bulk({ operations, filter_path: ['errors'] });
    } catch (error) {
      throw toStoreError(error, `removing copies from ${this.stream}`);
    }
  }
}

/** Where a record may be that was first sent when `mark` was the write index; an unknown mark may have been deleted since. */
export function indicesSince(indices: readonly string[], mark: string): readonly string[] {
  return indices.slice(Math.max(0, indices.indexOf(mark)));
}
