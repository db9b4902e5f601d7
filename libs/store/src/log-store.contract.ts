import { parseQuery } from '#libs/query';
import { describeCounting } from './counting.contract.js';
import { describePatterns } from './patterns.contract.js';
import { describeDeleting } from './deleting.contract.js';
import { describeExport } from './export.contract.js';
import type { LogStore, OrderKey, SearchResult, StoredRecord } from './log-store.js';
import {
  BASE_NS,
  CONTRACT_NOW_MS,
  contractBatch,
  contractRecord,
  contractSearch,
  DAY_NS,
  formatNs,
  ODD_ATTRIBUTES,
  PEOPLE,
  QUERIES,
  SECOND_NS,
  type SearchWords,
} from './records.contract.js';

/** A started, empty store and what belongs to its test. */
export interface StoreFixture {
  readonly store: LogStore;
  /** True when a record of a day that `dropBefore` dropped falls out as `expired`; else it is stored again. */
  readonly expires: boolean;
  /** Makes what was written findable now, where the store alone takes up to a second: most tests need not wait for that. */
  readonly refresh?: () => Promise<void>;
  /** Takes away what the test left behind; the store is closed before. */
  remove(): Promise<void>;
}

/** A store promises one second until a record is found; a loaded test machine gets ten. */
const VISIBLE_MS = 10_000;
const SLOW_TEST_MS = 30_000;

/** Asks again until `done` holds, then gives that answer; gives the last answer when it never does, for the assertion behind. */
async function eventually<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  const end = performance.now() + VISIBLE_MS;
  for (;;) {
    const answer = await ask();
    if (done(answer) || performance.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const sequences = (result: SearchResult): number[] => result.hits.map((hit) => hit.key.sequence);
const atLeast = (count: number) => (result: SearchResult) => result.hits.length >= count;

/** The suite that every LogStore runs; `create` gives a fresh store whose clock is `now`. */
export function describeLogStore(name: string, create: (now: () => number) => Promise<StoreFixture>): void {
  describe(`${name} as a LogStore`, () => {
    let fixture: StoreFixture;
    let store: LogStore;

    beforeEach(async () => {
      fixture = await create(() => CONTRACT_NOW_MS);
      store = fixture.store;
    }, SLOW_TEST_MS);

    afterEach(async () => {
      await store.close();
      await fixture.remove();
    }, SLOW_TEST_MS);

    const search = async (words: SearchWords = {}, count = 0) => {
      if (count > 0) await fixture.refresh?.();
      return eventually(() => store.search(contractSearch(words)), atLeast(count));
    };

    describeWriting(() => ({ fixture, store, search }));
    describeReading(() => ({ fixture, store, search }));
    describeQueries(() => ({ fixture, store, search }));
    describeCounting(() => ({ store, search }));
    describePatterns(() => ({ store, search }));
    describeExport(() => ({ store, search }));
    describeDeleting(() => ({ store, search }));
  });
}

interface Scene {
  readonly fixture: StoreFixture;
  readonly store: LogStore;
  readonly search: (words?: SearchWords, count?: number) => Promise<SearchResult>;
}

function describeWriting(scene: () => Scene): void {
  it('counts every record of a batch once and finds it within a second', async () => {
    const { store } = scene();
    const outcome = await store.write(
      contractBatch([contractRecord(1, 0n, { message: 'one' }), contractRecord(2, 1n, { message: 'two' })]),
    );
    expect(outcome).toMatchObject({ stored: 2, duplicate: 0, rejected: [], retry: [], expired: 0 });
    const result = await eventually(() => store.search(contractSearch()), atLeast(2));
    expect(sequences(result)).toEqual([2, 1]);
    expect(result).toMatchObject({ total: { value: 2, exact: true }, partial: false, warnings: [] });
  });

  it('stores a batch once that is written again with the mark read before', async () => {
    const { store, search } = scene();
    const mark = await store.mark();
    const records = Array.from({ length: 50 }, (_, index) => contractRecord(index + 1, BigInt(index), { message: `replay ${index}` }));
    await store.write(contractBatch(records.slice(0, 30)));
    const again = await store.write(contractBatch(records, 'journal-1', mark));
    expect(again).toMatchObject({ stored: 50, duplicate: 0, rejected: [], retry: [] });
    expect(sequences(await search({ order: 'asc' }, 50))).toEqual(records.map((_, index) => index + 1));
  });

  it('keeps records of two journals apart that share positions', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([contractRecord(1, 0n, { logweir: { node: 'node-a' } })], 'journal-a'));
    const outcome = await store.write(contractBatch([contractRecord(1, 0n, { logweir: { node: 'node-b' } })], 'journal-b'));
    expect(outcome.stored).toBe(1);
    const result = await search({}, 2);
    expect(result.hits.map((hit) => hit.key.node)).toEqual(['node-b', 'node-a']);
  });

  it.each([
    ['behind the last year that nanoseconds can hold', '9999-12-31T23:59:59.000000000Z'],
    ['that is no time at all', 'yesterday'],
  ])('rejects a record alone, with a reason, when it has a time %s', async (_, timestamp) => {
    const { store, search } = scene();
    const bad = { ...contractRecord(2, 1n), '@timestamp': timestamp };
    const outcome = await store.write(contractBatch([contractRecord(1, 0n), bad, contractRecord(3, 2n)]));
    expect(outcome).toMatchObject({ stored: 2, duplicate: 0, retry: [], expired: 0 });
    expect(outcome.rejected).toHaveLength(1);
    expect(outcome.rejected[0]).toMatchObject({
      index: 1,
      type: expect.stringMatching(/^[a-z_]+$/),
      reason: expect.stringMatching(/.{10}/),
    });
    expect(sequences(await search({}, 2))).toEqual([3, 1]);
  });

  it('takes an empty batch', async () => {
    const outcome = await scene().store.write(contractBatch([]));
    expect(outcome).toMatchObject({ stored: 0, duplicate: 0, rejected: [], retry: [], expired: 0 });
  });

  it('stores late records of other days in their place', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([contractRecord(1, 0n), contractRecord(2, -3n * DAY_NS), contractRecord(3, -DAY_NS)]));
    await store.write(contractBatch([contractRecord(4, -2n * DAY_NS), contractRecord(5, -3n * DAY_NS)]));
    expect(sequences(await search({}, 5))).toEqual([1, 3, 4, 5, 2]);
    expect(sequences(await search({ order: 'asc', limit: 2 }))).toEqual([2, 5]);
  });

  it('keeps a message of 1 MB whole', async () => {
    const { store, search } = scene();
    const message = `needle ${'0123456789abcde '.repeat(65_536)}`;
    expect((await store.write(contractBatch([contractRecord(1, 0n, { message })]))).stored).toBe(1);
    const result = await search({ q: 'needle' }, 1);
    expect(result.hits[0]?.record['message']).toBe(message);
  });

  it('drops whole days and remembers them', async () => {
    const { fixture, store, search } = scene();
    await store.write(contractBatch([contractRecord(1, 0n), contractRecord(2, -5n * DAY_NS)]));
    await search({}, 2);
    await store.dropBefore('2026-11-20');
    if (!fixture.expires) return;
    expect(
      sequences(
        await eventually(
          () => store.search(contractSearch()),
          (result) => result.hits.length === 1,
        ),
      ),
    ).toEqual([1]);
    const late = await store.write(contractBatch([contractRecord(3, -5n * DAY_NS), contractRecord(4, 1n)]));
    expect(late).toMatchObject({ stored: 1, expired: 1, rejected: [], retry: [] });
  });

  it('is healthy, and names a number of writes at once', async () => {
    const { store } = scene();
    expect(await store.health()).toEqual({ ok: true, reason: '' });
    expect(store.concurrency).toBeGreaterThanOrEqual(1);
  });
}

function describeReading(scene: () => Scene): void {
  it('answers an empty store with nothing, exactly', async () => {
    const { store, search } = scene();
    expect(await search()).toEqual({ hits: [], total: { value: 0, exact: true }, partial: false, warnings: [] });
    const histogram = await store.histogram({ ...contractSearch(), intervalMs: 60_000 });
    expect(histogram).toEqual({ buckets: [], total: 0, partial: false, warnings: [] });
    expect(await store.get({ timestampNs: String(BASE_NS), sequence: 1, node: 'node-a1b2' })).toBeUndefined();
  });

  it.each(['asc', 'desc'] as const)('pages %s through equal timestamps without a gap or a repeat', async (order) => {
    const { store, search } = scene();
    const records = Array.from({ length: 60 }, (_, index) =>
      contractRecord(index + 1, BigInt(Math.floor(index / 20)), { message: `tie ${index}` }),
    );
    for (let from = 0; from < 60; from += 15) await store.write(contractBatch(records.slice(from, from + 15)));
    await search({ limit: 100 }, 60);
    const seen: number[] = [];
    let after: OrderKey | undefined;
    for (let page = 0; page < 12; page += 1) {
      const { hits } = await search({ order, limit: 7, ...(after && { after }) });
      seen.push(...hits.map((hit) => hit.key.sequence));
      after = hits.at(-1)?.key ?? after;
    }
    const rising = records.map((_, index) => index + 1);
    expect(seen).toEqual(order === 'asc' ? rising : rising.reverse());
  });

  it('orders equal times and sequences by node, and continues behind a key exactly', async () => {
    const { store, search } = scene();
    for (const node of ['b', 'a', 'c']) await store.write(contractBatch([contractRecord(9, 0n, { logweir: { node } })], `journal-${node}`));
    const all = await search({ order: 'asc' }, 3);
    expect(all.hits.map((hit) => hit.key)).toEqual(['a', 'b', 'c'].map((node) => ({ timestampNs: String(BASE_NS), sequence: 9, node })));
    const after = all.hits[1]?.key as OrderKey;
    expect((await search({ order: 'asc', after })).hits.map((hit) => hit.key.node)).toEqual(['c']);
    expect((await search({ order: 'desc', after })).hits.map((hit) => hit.key.node)).toEqual(['a']);
  });

  it('takes the range with its start and without its end', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([1, 2, 3, 4].map((sequence) => contractRecord(sequence, BigInt(sequence)))));
    await search({}, 4);
    const result = await search({ fromNs: BASE_NS + 2n, toNs: BASE_NS + 4n });
    expect(sequences(result)).toEqual([3, 2]);
    expect(result.total).toEqual({ value: 2, exact: true });
  });

  it('gives a record back as it was written, odd names and all', async () => {
    const { store, search } = scene();
    const record = contractRecord(1, 785_232_175n, {
      ...PEOPLE[0],
      attributes: ODD_ATTRIBUTES,
      labels: { 'a.b': 'c' },
      container: { name: 'x', labels: { 'com.x.y': 'z' } },
    });
    const source = { ...record, '@timestamp': formatNs(BASE_NS + 785_232_175n), event: { ...(record['event'] as object), sequence: 1 } };
    await store.write(contractBatch([source]));
    const { hits } = await search({}, 1);
    expect(hits[0]?.record).toEqual(source);
    expect(await store.get((hits[0] as { key: OrderKey }).key)).toEqual(source);
  });

  it('counts no further than it reads when nobody looks at the total', async () => {
    const { store, search } = scene();
    await store.write(contractBatch([1, 2, 3].map((at) => contractRecord(at, BigInt(at), { message: `line ${at}` }))));
    await search({}, 3);
    const result = await store.search({ ...contractSearch({ limit: 2 }), count: false });
    expect(sequences(result)).toEqual([3, 2]);
    expect(result.total).toEqual({ value: 2, exact: false });
  });

  it('returns only the fields that were asked for, and the time', async () => {
    const { store, search } = scene();
    await store.write(contractBatch(PEOPLE));
    await search({}, PEOPLE.length);
    const { hits } = await search({
      q: 'level:error',
      fields: ['message', 'service.name', 'attributes.user_id', 'http.response.status_code'],
    });
    const record = hits[0]?.record as StoredRecord;
    const expected = {
      message: 'Payment FAILED for order 4711',
      service: { name: 'pay' },
      attributes: { user_id: 7 },
      http: { response: { status_code: 500 } },
    };
    expect(record).toEqual({ '@timestamp': formatNs(BASE_NS + 1n), ...expected });
  });

  it.each([
    ['without a split', undefined, [{ '': 3 }, { '': 2 }]],
    [
      'by level',
      'log.level',
      [
        { error: 2, info: 1 },
        { info: 1, '': 1 },
      ],
    ],
    [
      'by a custom field',
      'attributes.zone',
      [
        { a: 1, '': 2 },
        { b: 1, '': 1 },
      ],
    ],
  ] as const)('counts a histogram %s', async (_, by, counts) => {
    const { store, search } = scene();
    const minute = 60n * SECOND_NS;
    const levels = ['error', 'error', 'info', 'info', undefined];
    const zones = ['a', undefined, undefined, 'b', undefined];
    const offsets = [0n, 1n, minute - 1n, minute * 5n, minute * 6n - 1n];
    await store.write(
      contractBatch(
        offsets.map((offset, index) =>
          contractRecord(index + 1, offset, {
            ...(levels[index] && { log: { level: levels[index] } }),
            ...(zones[index] && { attributes: { zone: zones[index] } }),
          }),
        ),
      ),
    );
    await search({}, 5);
    const result = await store.histogram({ ...contractSearch(), intervalMs: 60_000, ...(by && { by }) });
    const base = Number(BASE_NS / 1_000_000n);
    expect(result.buckets).toEqual(counts.map((count, index) => ({ startMs: base + index * 300_000, counts: count })));
    expect(result).toMatchObject({ total: 5, partial: false, warnings: [] });
  });

  it('counts a histogram of a filter, over a range that cuts its buckets', async () => {
    const { store, search } = scene();
    await store.write(
      contractBatch(
        Array.from({ length: 40 }, (_, index) =>
          contractRecord(index + 1, BigInt(index) * 10n * SECOND_NS, { message: index % 2 ? 'odd' : 'even' }),
        ),
      ),
    );
    await search({}, 40);
    const request = {
      ...contractSearch({ q: 'odd', fromNs: BASE_NS + 30n * SECOND_NS, toNs: BASE_NS + 150n * SECOND_NS }),
      intervalMs: 60_000,
    };
    const base = Number(BASE_NS / 1_000_000n);
    expect((await store.histogram(request)).buckets).toEqual(
      [2, 3, 1].map((count, index) => ({ startMs: base + index * 60_000, counts: { '': count } })),
    );
    const all = await store.histogram({ ...request, query: parseQuery('') });
    expect(all.buckets.map((bucket) => bucket.counts[''])).toEqual([3, 6, 3]);
  });

  it('stops a search whose signal is aborted', async () => {
    const signal = AbortSignal.abort();
    await expect(scene().store.search(contractSearch({ signal }))).rejects.toThrow(/abort/i);
  });
}

function describeQueries(scene: () => Scene): void {
  it('finds with every query what it means', async () => {
    const { store, search } = scene();
    await store.write(contractBatch(PEOPLE));
    await search({}, PEOPLE.length);
    const found = await Promise.all(QUERIES.map(async ([q]) => [q, sequences(await search({ q, order: 'asc' }))]));
    expect(found).toEqual(QUERIES);
  });

  it('counts with every query what it finds', async () => {
    const { store, search } = scene();
    await store.write(contractBatch(PEOPLE));
    await search({}, PEOPLE.length);
    const totals = await Promise.all(
      QUERIES.map(async ([q]) => [q, (await store.histogram({ ...contractSearch({ q }), intervalMs: 3_600_000 })).total]),
    );
    expect(totals).toEqual(QUERIES.map(([q, found]) => [q, found.length]));
  });
}
