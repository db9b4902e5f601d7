import { once } from 'node:events';
import { request } from 'node:http';
import type { ContainersAnswer } from '#apps/api/src/containers/container-directory';
import type { ErrorAnswer } from '#apps/api/src/errors';
import type { SearchRequest } from '#libs/store';
import type { TailEvent, TailSource } from '#libs/tail';
import { addRecord, type ApiFixture, call, MINUTE_NS, NOW_NS, SECOND_NS, startFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';
import type { MemoryStore } from '../support/memory-store.js';

const WEB = 'c0ffee'.padEnd(64, '1');
const WEB_AGAIN = 'c0ffee'.padEnd(64, '2');
const CART = 'beef'.padEnd(64, '3');

let fixture: ApiFixture;
const list = (query = '') => call<ContainersAnswer>(fixture.api, `/api/v1/containers${query}`);
const logs = async (container: string, query = '') => {
  const answer = await call<string>(fixture.api, `/api/v1/containers/${container}/logs${query}`);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' } });
  return answer.body;
};
const refused = (container: string, query = '') => call<ErrorAnswer>(fixture.api, `/api/v1/containers/${container}/logs${query}`);

function add(store: MemoryStore, [sequence, id, name]: readonly [number, string, string], fields: object): void {
  const image = { name: 'shop/web:1' };
  const at = NOW_NS - MINUTE_NS + BigInt(sequence) * SECOND_NS + 7n;
  addRecord(store, at, sequence, { container: { id, name, image }, stream: 'stdout', service: { name: 'web' }, ...fields });
}

beforeAll(async () => {
  fixture = await startFixture();
  const { store } = fixture;
  add(store, [1, WEB, 'web-1'], { message: 'started' });
  add(store, [2, WEB, 'web-1'], { message: 'red', event: { original: '\u001b[31mred\u001b[0m' }, stream: 'stderr' });
  add(store, [3, WEB, 'web-1'], { message: 'Error: no\n    at a (b.js:1)\n    at c (d.js:2)', stream: 'stderr' });
  add(store, [4, WEB, 'web-1'], { message: '' });
  add(store, [5, WEB_AGAIN, 'web-1'], { message: 'again' });
  add(store, [6, CART, 'cart-1'], { message: '서버에서' });
  addRecord(store, NOW_NS - 100n * 86_400n * SECOND_NS, 1, { container: { name: 'old' }, message: 'long ago' });
  addRecord(store, NOW_NS - MINUTE_NS, 99, { message: 'no container' });
});
afterAll(() => fixture.api.close());

describe('containers', () => {
  it('are listed with their newest record first, also those without an id', async () => {
    const { body } = await list();
    expect(body.items.map(({ name, id, records }) => [name, id, records])).toEqual([
      ['cart-1', CART, 1],
      ['web-1', WEB_AGAIN, 1],
      ['web-1', WEB, 4],
      ['old', '', 1],
    ]);
    expect(body.items[2]).toMatchObject({ image: 'shop/web:1', service: 'web', host: '', last: '2026-11-21T11:59:04.000000007Z' });
    expect(body).toMatchObject({ partial: false, warnings: [] });
  });

  it('are listed of a range', async () => {
    expect((await list('?from=now-55s')).body.items.map(({ id }) => id)).toEqual([CART, WEB_AGAIN]);
    expect((await list('?to=now-1d')).body.items.map(({ name }) => name)).toEqual(['old']);
  });

  it('beyond the limit are left out, and that is told', async () => {
    const many = await startFixture();
    for (let at = 0; at < 203; at++)
      addRecord(many.store, NOW_NS - BigInt(at) * 3_600n * SECOND_NS, at, { container: { name: `c-${at}` } });
    const { body } = await call<ContainersAnswer>(many.api, '/api/v1/containers');
    expect(body.items).toHaveLength(200);
    expect(body.items[0]?.name).toBe('c-0');
    expect(body.warnings).toEqual(['3 containers whose last record is older are left out: take a narrower time range']);
    await many.api.close();
  });
});

describe('the logs of a container', () => {
  it('are its lines in order, with colours and line breaks, by name, id or the beginning of an id', async () => {
    const lines = 'started\n\u001b[31mred\u001b[0m\nError: no\n    at a (b.js:1)\n    at c (d.js:2)\n\n';
    expect(await logs(WEB)).toBe(lines);
    expect(await logs('web-1')).toBe(`${lines}again\n`);
    expect(await logs('beef3')).toBe('서버에서\n');
    expect(await logs('old')).toBe('long ago\n');
  });

  it('have the time of nine decimals before every line', async () => {
    const at = (second: number): string => `2026-11-21T11:59:0${second}.000000007Z`;
    expect(await logs(WEB, '?timestamps=1&tail=3')).toBe(`${at(3)}     at a (b.js:1)\n${at(3)}     at c (d.js:2)\n${at(4)} \n`);
  });

  it.each([
    ['?tail=0', ''],
    ['?tail=1', '\n'],
    ['?tail=2', '    at c (d.js:2)\n\n'],
    ['?tail=100', 'started\n\u001b[31mred\u001b[0m\nError: no\n    at a (b.js:1)\n    at c (d.js:2)\n\n'],
    ['?stream=stdout', 'started\n\n'],
    ['?stream=stdout&tail=1', '\n'],
    ['?since=57s', 'Error: no\n    at a (b.js:1)\n    at c (d.js:2)\n\n'],
    ['?since=2026-11-21T11:59:04.000000007Z', '\n'],
    ['?since=2026-11-21T11:59:04.000000008', ''],
    ['?until=2026-11-21T11:59:01.000000007Z', 'started\n'],
    ['?until=2026-11-21T11:59:01.000000006Z', ''],
    ['?since=57s&until=56s', 'Error: no\n    at a (b.js:1)\n    at c (d.js:2)\n'],
    ['?since=1s&until=50s', ''],
  ])('%s', async (query, lines) => {
    expect(await logs(WEB, query)).toBe(lines);
  });

  it('are refused where the container is not one', async () => {
    expect(await refused('c0ff')).toMatchObject({
      status: 409,
      body: { error: { code: 'container_ambiguous', problems: [{ message: WEB }, { message: WEB_AGAIN }] } },
    });
    expect(await refused('c0f')).toMatchObject({ status: 404 });
    expect(await refused('wob-1')).toMatchObject({
      status: 404,
      body: { error: { code: 'container_not_found', hint: 'did you mean web-1?' } },
    });
    expect(await refused('%22%20or%20*')).toMatchObject({ status: 404 });
  });

  it.each(['tail=-1', 'tail=x', 'since=yesterday', 'stream=both', 'timestamps=perhaps', 'follow=1&until=1s'])(
    'are refused with %s',
    async (query) => {
      expect(await refused(WEB, `?${query}`)).toMatchObject({ status: 400 });
    },
  );
});

describe('long logs', () => {
  let long: ApiFixture;
  let searches: SearchRequest[];
  const LINES = 2_500;
  beforeAll(async () => {
    long = await startFixture();
    for (let at = 0; at < LINES; at++) {
      // Many at one time: only the order key tells them apart.
      const ns = NOW_NS - MINUTE_NS + BigInt(Math.floor(at / 700));
      addRecord(long.store, ns, at, { container: { id: WEB, name: 'web-1' }, message: `line ${at} ${'x'.repeat(2_000)}` });
    }
    const { store } = long;
    const search = store.search.bind(store);
    store.search = (asked) => (searches.push(asked), search(asked));
  });
  beforeEach(() => (searches = []));
  afterAll(() => long.api.close());

  it('come whole, page by page', async () => {
    const { body } = await call<string>(long.api, '/api/v1/containers/web-1/logs');
    expect(body.match(/^line \d+/gm)).toEqual(Array.from({ length: LINES }, (_, at) => `line ${at}`));
    expect(searches.map(({ limit }) => limit)).toEqual([1, 1_000, 1_000, 1_000]);
  });

  it('come whole also where a page does not fit into one answer', async () => {
    long.store.fitting = 800;
    const { body } = await call<string>(long.api, '/api/v1/containers/web-1/logs');
    long.store.fitting = Infinity;
    expect(body.match(/^line \d+/gm)).toEqual(Array.from({ length: LINES }, (_, at) => `line ${at}`));
    expect(searches).toHaveLength(5);
  });

  it.each([1, 999, 1_000, 1_001, 2_499, 2_500, 3_000])('have %d lines at their end', async (tail) => {
    const { body } = await call<string>(long.api, `/api/v1/containers/web-1/logs?tail=${tail}`);
    const wanted = Math.min(tail, LINES);
    expect(body.match(/^line \d+/gm)).toEqual(Array.from({ length: wanted }, (_, at) => `line ${LINES - wanted + at}`));
  });

  it('are as many as were asked for, also when more come in meanwhile', async () => {
    const busy = await startFixture();
    const more = (sequence: number): void =>
      addRecord(busy.store, NOW_NS - MINUTE_NS + BigInt(sequence), sequence, { container: { name: 'web-1' } });
    for (let at = 0; at < 10; at++) more(at);
    const search = busy.store.search.bind(busy.store);
    let sequence = 10;
    busy.store.search = async (asked) => {
      const found = await search(asked);
      more(sequence++);
      return found;
    };
    const { body } = await call<string>(busy.api, '/api/v1/containers/web-1/logs?tail=3');
    // One came while the container was looked for.
    expect(body).toBe('line 8\nline 9\nline 10\n');
    await busy.api.close();
  });

  it('wait for a reader who stops, and end when it goes', async () => {
    const outgoing = request({ host: '127.0.0.1', port: long.api.port, path: '/api/v1/containers/web-1/logs', agent: false }).end();
    const [response] = await once(outgoing, 'response');
    response.pause();
    await eventually(() => expect(searches.length).toBeGreaterThanOrEqual(2));
    outgoing.on('error', () => undefined).destroy();
    // The places of all that went are free again.
    const others = Array.from({ length: 8 }, () => call<string>(long.api, '/api/v1/containers/web-1/logs?tail=1'));
    await eventually(async () => expect((await Promise.all(others)).map(({ status }) => status)).toEqual(Array(8).fill(200)));
    expect(long.errors).toEqual([]);
  });
});

describe('a store that cannot tell everything', () => {
  it('breaks the text off, or says so before it begins', async () => {
    const half = await startFixture();
    for (let at = 0; at < 1_500; at++) addRecord(half.store, NOW_NS - MINUTE_NS + BigInt(at), at, { container: { name: 'web-1' } });
    const search = half.store.search.bind(half.store);
    let readable = 1;
    half.store.search = async (asked) => {
      const found = await search(asked);
      return asked.limit === 1 || readable-- > 0 ? found : { ...found, partial: true, warnings: ['a shard is away'] };
    };
    await expect(call(half.api, '/api/v1/containers/web-1/logs')).rejects.toThrow(/aborted|hang up/);
    expect(await call<ErrorAnswer>(half.api, '/api/v1/containers/web-1/logs')).toMatchObject({
      status: 503,
      body: { error: { code: 'store_unavailable', message: 'a shard is away' } },
    });
    await half.api.close();
  });
});

describe('following a container', () => {
  const PATH = '/api/v1/containers/web-1/logs?follow=1&timestamps=1';
  const record = (message: string) => ({ '@timestamp': '2026-11-21T12:00:01.000000000Z', message });
  const source = (message: string): Buffer => Buffer.from(JSON.stringify(record(message)));
  const begin: TailEvent = { kind: 'begin', node: 'n-1', place: { position: 2, from: 2 } };
  const records = (...messages: string[]): TailEvent => ({
    kind: 'records',
    node: 'n-1',
    records: messages.map((message, at) => ({ position: 2 + at, from: 2, source: source(message) })),
    place: { position: 2 + messages.length, from: 2 },
  });

  /** An ingest that tells this and no more. */
  async function follow(events: readonly TailEvent[], drained = true): Promise<ApiFixture> {
    const tail: TailSource = {
      open: () => {
        const left = [...events];
        return { next: async () => left.shift(), finish: () => undefined, close: () => undefined };
      },
    };
    const following = await startFixture({ tail, drained: async () => drained });
    for (const sequence of [1, 2]) addRecord(following.store, NOW_NS - SECOND_NS, sequence, { container: { name: 'web-1' } });
    return following;
  }

  it('shows what the store has, then what comes, nothing twice', async () => {
    const { api } = await follow([begin, records('line 2', 'line 3')]);
    const { body } = await call<string>(api, PATH);
    expect(body.trimEnd().split('\n')).toEqual([
      '2026-11-21T11:59:59.000000000Z line 1',
      '2026-11-21T12:00:01.000000000Z line 2',
      '2026-11-21T12:00:01.000000000Z line 3',
    ]);
    await api.close();
  });

  it.each<TailEvent>([
    { kind: 'dropped', node: 'n-1', count: 3, from: '', to: '' },
    { kind: 'gap', node: 'n-1', reason: 'away' },
    { kind: 'missing', node: 'n-1', from: 2, to: 9 },
  ])('breaks off where lines are left out: $kind', async (event) => {
    const { api } = await follow([begin, records('line 2'), event]);
    await expect(call(api, PATH)).rejects.toThrow(/aborted|hang up/);
    await api.close();
  });

  it('is refused while the store has not taken what came in, and where nothing tells what comes', async () => {
    const { api } = await follow([begin], false);
    expect(await call<ErrorAnswer>(api, PATH)).toMatchObject({ status: 503, body: { error: { code: 'store_unavailable' } } });
    await api.close();
    expect(await refused('web-1', '?follow=1')).toMatchObject({ status: 503, body: { error: { code: 'tails_elsewhere' } } });
  });
});
