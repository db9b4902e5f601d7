import { once } from 'node:events';
import { get as open, type IncomingMessage } from 'node:http';
import type { ErrorAnswer } from '#apps/api/src/errors';
import { StoreError, type ExportChunk, type LogReader } from '#libs/store';
import { addRecord, call, MINUTE_NS, NOW_NS, post, startFixture, type ApiFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';
import { MemoryStore } from '../support/memory-store.js';

let fixture: ApiFixture;
const get = <Body = string>(query = '') => call<Body>(fixture.api, `/api/v1/logs/export${query}`);

afterEach(() => fixture.api.close());

describe('GET /api/v1/logs/export', () => {
  beforeEach(async () => {
    fixture = await startFixture();
    for (const [index, level] of ['error', 'info', 'error'].entries()) {
      addRecord(fixture.store, NOW_NS - MINUTE_NS + BigInt(index), index + 1, { log: { level }, service: { name: 'pay' } });
    }
  });

  it('writes all that matches as objects on lines, oldest first, and says that it is all', async () => {
    const { status, headers, body } = await get('?q=level:error&fields=level');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="logweir-20261121T114500Z-20261121T120000Z.ndjson"',
      'transfer-encoding': 'chunked',
    });
    const lines = body.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { id: `${NOW_NS - MINUTE_NS}-1-n-1`, '@timestamp': '2026-11-21T11:59:00.000000000Z', 'log.level': 'error' },
      { id: `${NOW_NS - MINUTE_NS + 2n}-3-n-1`, '@timestamp': '2026-11-21T11:59:00.000000002Z', 'log.level': 'error' },
      { logweir: { complete: true, records: 2 } },
    ]);
  });

  it('writes a table with its header, and text for people', async () => {
    const csv = await get('?format=csv&order=desc&fields=message,level,service');
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringContaining('.csv"'),
    });
    expect(csv.body).toBe('message,log.level,service.name\nline 3,error,pay\nline 2,info,pay\nline 1,error,pay\n# complete: 3 records\n');
    const text = await post<string>(fixture.api, '/api/v1/logs/export', { format: 'text', filter: ['level:info'] });
    expect(text.headers).toMatchObject({ 'content-disposition': expect.stringContaining('.log"') });
    expect(text.body).toBe('2026-11-21T11:59:00.000000001Z INFO pay: line 2\n# complete: 1 records\n');
    expect((await get('?q=nobody&format=csv')).body).toBe(
      '@timestamp,log.level,service.name,container.name,stream,message\n# complete: 0 records\n',
    );
  });

  it('writes the line as it came, with its colours, where it was kept', async () => {
    addRecord(fixture.store, NOW_NS - MINUTE_NS + 9n, 9, { event: { original: '\u001b[31mred\u001b[0m' } });
    const { body } = await get('?format=csv&fields=message,event.original');
    expect(body).toBe('message,event.original\nline 1,\nline 2,\nline 3,\nline 9,\u001b[31mred\u001b[0m\n# complete: 4 records\n');
  });

  it.each([
    ['format=xml', 'format must be ndjson, csv or text'],
    ['limit=5', 'there is no parameter "limit"'],
    ['format=text&fields=level', 'a line of text has no fields'],
    ['fields=labels', 'labels is an object'],
    ['q=(', 'The query ends where a value should stand'],
  ])('refuses %s before it begins', async (query, message) => {
    const { status, body } = await get<ErrorAnswer>(`?${query}`);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
  });
});

/** The API over a store whose export does what the test says. */
async function startOver(make: (signal: AbortSignal) => AsyncGenerator<ExportChunk>): Promise<void> {
  const reader: LogReader = Object.assign(new MemoryStore(() => NOW_NS), {
    export: ({ signal }: { signal?: AbortSignal }) => make(signal ?? new AbortController().signal),
  });
  fixture = await startFixture({ reader });
}

/** An answer whose body nobody reads yet. */
async function begin(): Promise<IncomingMessage> {
  const request = open({ host: '127.0.0.1', port: fixture.api.port, path: '/api/v1/logs/export', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

const line = (text: string): ExportChunk => ({ bytes: Buffer.from(`${text}\n`), records: 1 });

describe('an export that does not come to its end', () => {
  it('says in its last line why it was cut', async () => {
    await startOver(async function* () {
      yield line('{"id":"1"}');
      throw new StoreError('store_unavailable', 'the disk\nis gone', true);
    });
    expect((await get()).body).toBe('{"id":"1"}\n{"logweir":{"complete":false,"records":1,"reason":"the disk\\nis gone"}}\n');
    expect((await get('?format=text')).body).toBe('{"id":"1"}\n# cut: the disk is gone; 1 records until then\n');
    // A repeat within a second is held back.
    expect(fixture.errors).toEqual(['export was cut']);
    const metrics = await call<string>(fixture.api, '/metrics').then(({ body }) => body);
    expect(metrics).toContain('logweir_exports_cut_total{by="store"} 2');
    expect(metrics).toContain('logweir_export_records_total 2');
    expect(metrics).toContain('logweir_export_bytes_total 22');
    expect(metrics).toContain('logweir_exports_running 0');
  });

  it('is an error like any other when nothing was sent yet', async () => {
    await startOver(async function* () {
      yield* [];
      throw new StoreError('store_unavailable', 'the disk is gone', true);
    });
    expect(await get<ErrorAnswer>()).toMatchObject({ status: 503, body: { error: { code: 'store_unavailable' } } });
  });

  it('reads no faster than the client, and ends when the client goes', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    let made = 0;
    let state = 'reading';
    await startOver(async function* () {
      try {
        for (;;) {
          // Each is a buffer of its own, as a store hands it over.
          yield { bytes: Buffer.from(megabyte), records: 1 };
          made += 1;
        }
      } finally {
        state = 'ended';
      }
    });
    const response = await begin();
    let before = -1;
    await eventually(() => {
      const [earlier, now] = [before, made];
      before = now;
      expect(now).toBe(earlier);
    });
    expect(made).toBeLessThan(32);
    response.resume();
    await eventually(() => expect(made).toBeGreaterThan(before + 32));
    expect(state).toBe('reading');
    response.destroy();
    await eventually(() => expect(state).toBe('ended'));
  });

  it('tells the store at once when the client goes while the store works', async () => {
    let told = false;
    await startOver(async function* (signal) {
      yield line('first');
      await once(signal, 'abort');
      told = true;
    });
    const response = await begin();
    response.destroy();
    await eventually(() => expect(told).toBe(true));
  });
});

describe('exports at once', () => {
  it('are four; another is told to wait, searches go on, and a place is free again when one ends', async () => {
    await startOver(async function* (signal) {
      yield line('first');
      await once(signal, 'abort');
    });
    const running = await Promise.all([begin(), begin(), begin(), begin()]);
    expect(await get<ErrorAnswer>()).toMatchObject({
      status: 429,
      headers: { 'retry-after': '10' },
      body: { error: { code: 'exports_busy', message: '4 exports are already running' } },
    });
    expect((await call(fixture.api, '/api/v1/logs')).status).toBe(200);
    running[0]?.destroy();
    await eventually(async () => {
      const next = await begin();
      next.destroy();
      expect(next.statusCode).toBe(200);
    });
    for (const response of running) response.destroy();
  });
});
