import { setTimeout as pause } from 'node:timers/promises';
import type { Client, estypes } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import type { DeleteProgress } from '../log-store.js';
import { BackOff } from './back-off.js';
import { isStatus, toStoreError } from './client.js';
import { sortBy } from './order-key.js';

/**
 * Deleting by query as every server and every role that may write can do it: pages of ids by search, then bulk deletes in the backing
 * index where each record lies (a data stream itself takes none). A record goes only as it was found; one that was changed since is looked at
 * again in the next pass. Passes end when one finds nothing. What a crash left is found by asking again.
 */

/** Ids in one request: small enough for one to end within a second, so that it stops soon. */
const PAGE = 1_000;
/** A stream of new matches would never end; what comes in meanwhile may stay. */
const MAX_PASSES = 5;
/** In a row: more than two minutes of waiting. */
const MAX_FAILURES = 8;
/** After each page it rests for as long as the page took, so that searches and writes get half of the server at least. */
const MAX_REST_MS = 1_000;
/** For a server that does not let us refresh: the refresh interval of our template, and a little more. */
const REFRESH_MS = 1_500;

export interface DeletionOptions {
  readonly client: Client;
  /** Everything that searches look at. */
  readonly stream: string;
  readonly random: () => number;
  /** Milliseconds for one request. */
  readonly requestTimeoutMs: number;
}

type Filter = NonNullable<estypes.SearchRequest['query']>;
type Hit = Pick<estypes.SearchHit, '_index' | '_id' | '_seq_no' | '_primary_term' | 'sort'>;

export class Deletion {
  readonly #options: DeletionOptions;
  readonly #filter: Filter;
  readonly #signal: AbortSignal;
  readonly #backOff: BackOff;
  /** Records of this pass that could not go as they were found. */
  #changed = 0;

  constructor(options: DeletionOptions, filter: Filter, signal: AbortSignal) {
    this.#options = options;
    this.#filter = filter;
    this.#signal = signal;
    this.#backOff = new BackOff(options.random);
  }

  async *run(): AsyncGenerator<DeleteProgress> {
    await this.#refresh();
    const total = await this.#count();
    let deleted = 0;
    yield { deleted, total };
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      let found = 0;
      this.#changed = 0;
      for await (const page of this.#pages()) {
        const began = performance.now();
        found += page.length;
        deleted += await this.#delete(page);
        yield { deleted, total: Math.max(deleted, total) };
        await this.#rest(Math.min(performance.now() - began, MAX_REST_MS));
      }
      if (found === 0) return;
      await this.#refresh();
    }
    if (this.#changed > 0) {
      const reason = `${this.#changed} records of ${this.#options.stream} change faster than they can be deleted: ask again`;
      throw new StoreError('store_unavailable', reason, true);
    }
  }

  /** What was stored before must be found. */
  async #refresh(): Promise<void> {
    const { client, stream } = this.#options;
    try {
      await client.indices.refresh({ index: stream, ignore_unavailable: true }, this.#request());
    } catch (error) {
      if (!isStatus(error, 403)) throw toStoreError(error, `refreshing ${stream}`);
      await this.#rest(REFRESH_MS);
    }
  }

  async #count(): Promise<number> {
    const { client, stream } = this.#options;
    const { count, _shards } = await this.#tried(`counting in ${stream}`, () =>
      client.count({ index: stream, ignore_unavailable: true, query: this.#filter }, this.#request()),
    );
    if (_shards.failed > 0) throw new StoreError('store_unavailable', `${_shards.failed} shards of ${stream} did not answer`, true);
    return count;
  }

  async *#pages(): AsyncGenerator<Hit[]> {
    const { client, stream } = this.#options;
    let after: estypes.SortResults | undefined;
    for (;;) {
      const answer = await this.#tried(`searching ${stream}`, () =>
        client.search(
          {
            index: stream,
            ignore_unavailable: true,
            allow_partial_search_results: false,
            query: this.#filter,
            sort: sortBy('asc'),
            size: PAGE,
            _source: false,
            seq_no_primary_term: true,
            track_total_hits: false,
            ...(after && { search_after: after }),
          },
          this.#request(),
        ),
      );
      const { hits } = answer.hits;
      if (hits.length > 0) yield hits;
      after = hits.at(-1)?.sort;
      if (hits.length < PAGE || after === undefined) return;
    }
  }

  /** How many went; those that somebody else deleted meanwhile are not ours to count. */
  async #delete(page: readonly Hit[]): Promise<number> {
    let left = page;
    let deleted = 0;
    for (let failures = 0; left.length > 0; failures += 1) {
      const items = await this.#send(left);
      deleted += items.filter(({ status }) => status === 200).length;
      this.#changed += items.filter(({ status }) => status === 409).length;
      const refused = items.find(({ status }) => !KNOWN.has(status) && !AGAIN.has(status));
      if (refused !== undefined) throw refusal(left[items.indexOf(refused)], refused);
      const again = items.flatMap((item, index) => (AGAIN.has(item.status) ? [index] : []));
      if (again.length > 0 && failures >= MAX_FAILURES) throw refusal(left[again[0] ?? 0], items[again[0] ?? 0], true);
      if (again.length > 0) await this.#rest(this.#backOff.failed());
      left = again.flatMap((index) => left[index] ?? []);
    }
    return deleted;
  }

  async #send(hits: readonly Hit[]): Promise<estypes.BulkResponseItem[]> {
    const { client, stream } = this.#options;
    const operations = hits.map(({ _index, _id, _seq_no, _primary_term }) => ({
      delete: { _index, _id, if_seq_no: _seq_no, if_primary_term: _primary_term },
    }));
    const filter_path = ['items.*.status', 'items.*.error.reason'];
    const answer = await this.#tried(`deleting from ${stream}`, () => client.bulk({ operations, filter_path }, this.#request()));
    return answer.items.map((item) => item.delete as estypes.BulkResponseItem);
  }

  /** Again and again while the server is away or busy, up to a limit. */
  async #tried<T>(what: string, ask: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        this.#signal.throwIfAborted();
        const answer = await ask();
        this.#backOff.succeeded();
        return answer;
      } catch (error) {
        const failure = this.#signal.aborted ? aborted() : toStoreError(error, what);
        if (!failure.retryable || failures >= MAX_FAILURES) throw failure;
        await this.#rest(this.#backOff.failed());
      }
    }
  }

  #request(): { requestTimeout: number; signal: AbortSignal } {
    return { requestTimeout: this.#options.requestTimeoutMs, signal: this.#signal };
  }

  async #rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#signal }).catch(() => {
      throw aborted();
    });
  }
}

/** Deleted, gone already, changed since it was found. */
const KNOWN = new Set([200, 404, 409]);
const AGAIN = new Set([429, 503]);

function refusal(hit: Hit | undefined, item: estypes.BulkResponseItem | undefined, retryable = false): StoreError {
  const reason = item?.error?.reason ?? `Elasticsearch answered ${item?.status ?? 'nothing'}`;
  return new StoreError(retryable ? 'store_unavailable' : 'store_internal', `deleting from ${hit?._index}: ${reason}`, retryable);
}

const aborted = (): StoreError => new StoreError('store_aborted', 'the deletion was aborted by its caller', false);
