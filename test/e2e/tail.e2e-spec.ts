import { rm } from 'node:fs/promises';
import net from 'node:net';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub } from '../support/hub.js';
import { TailClient } from '../support/tail-client.js';

let hub: Hub;
const open: TailClient[] = [];

async function tail(path = '', headers: Record<string, string> = {}, body?: unknown): Promise<TailClient> {
  const client = await TailClient.open(hub.addresses['api'], path, headers, body);
  open.push(client);
  return client;
}

async function send(...lines: readonly object[]): Promise<void> {
  const socket = net.connect(hostPort(hub.addresses['json']));
  socket.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await new Promise((resolve) => socket.once('close', resolve));
}

async function total(q: string): Promise<number> {
  const answer = await fetch(`${hub.addresses['api']}/api/v1/logs?from=now-1h&limit=1&q=${q}`);
  return ((await answer.json()) as { total: { value: number } }).total.value;
}

const numbered = (from: number, to: number, service: string): object[] =>
  Array.from({ length: to - from }, (_, n) => ({ service, msg: `line ${from + n}` }));
const texts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `line ${from + n}`);

describe('the live tail of a hub', () => {
  beforeAll(async () => {
    hub = await startHub();
  });
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
  });
  afterAll(async () => {
    await hub.stop();
    await rm(hub.dataDir, { recursive: true, force: true });
  });

  it('tells of records as they come, each as /logs has it', async () => {
    const client = await tail();
    expect(client.response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    await send({ level: 'error', service: 'shop', msg: 'no room', user: 7 });
    const [record] = await eventually(() => {
      expect(client.records).toHaveLength(1);
      return client.records;
    });
    expect(client.lines[0]).toBe('retry: 1000');
    const stored = await eventually(async () => {
      const answer = await fetch(`${hub.addresses['api']}/api/v1/logs/${String(record?.['id'])}`);
      expect(answer.status).toBe(200);
      return answer.json();
    });
    expect(record).toEqual(stored);
  });

  it('tells only what the query and the filters match, and only the fields that are asked for', async () => {
    const errors = await tail('?q=level%3E%3Dwarn&filter=service:shop&fields=level,message');
    const all = await tail('', {}, { q: 'room' });
    await send({ level: 'info', service: 'shop', msg: 'fine' }, { level: 'error', service: 'cart', msg: 'no room' });
    await send({ level: 'error', service: 'shop', msg: 'no room at all' });
    await eventually(() => expect(all.messages).toEqual(['no room', 'no room at all']));
    expect(errors.records).toEqual([
      { id: expect.any(String), '@timestamp': expect.any(String), log: { level: 'error' }, message: 'no room at all' },
    ]);
  });

  it('speaks JSON lines to who asks for them', async () => {
    const client = await tail('', { accept: 'application/x-ndjson' });
    expect(client.response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    await send({ msg: 'one' }, { msg: 'two' });
    await eventually(() => expect(client.messages).toEqual(['one', 'two']));
  });

  it('begins with what is there since a time, from store and journal, each record once', async () => {
    const path = (since: string): string => `?q=service:old&since=${since}`;
    await send(...numbered(0, 700, 'old'));
    await eventually(async () => expect(await total('service:old')).toBe(700));
    const before = await tail(path('5m'));
    await eventually(() => expect(before.messages).toHaveLength(700));
    // What the store has taken for a while comes from there, the rest from the journal.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await send(...numbered(700, 710, 'old'));
    const after = await tail(path('1h30m'));
    await eventually(() => expect(after.messages).toHaveLength(710));
    await send(...numbered(710, 720, 'old'));
    await eventually(() => expect(after.messages).toEqual(texts(0, 720)));
    expect(after.of('gap')).toEqual([]);
    const none = await tail(path('0s'));
    await send(...numbered(720, 721, 'old'));
    await eventually(() => expect(none.messages).toEqual(['line 720']));
  });

  it.each([
    ['?since=yesterday', 400, 'parameter_invalid'],
    ['?cursor=abc', 400, 'cursor_invalid'],
    ['?q=level:(', 400, 'query_syntax'],
    ['?from=now-5m', 400, 'parameter_unknown'],
  ])('refuses %s before it begins', async (path, status, code) => {
    const answer = await fetch(`${hub.addresses['api']}/api/v1/logs/tail${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
  });

  it('goes on from any id, without a gap or a double', async () => {
    const first = await tail();
    await send(...numbered(0, 100, 'new'));
    await eventually(() => expect(first.messages).toHaveLength(100));
    const { id } = first.seen[41] ?? { id: '' };
    first.close();
    await send(...numbered(100, 150, 'new'));
    const byHeader = await tail('', { 'last-event-id': id });
    const byCursor = await tail(`?cursor=${id}`, { accept: 'application/x-ndjson' });
    await send(...numbered(150, 160, 'new'));
    await eventually(() => expect(byHeader.messages).toEqual(texts(42, 160)));
    await eventually(() => expect(byCursor.messages).toEqual(texts(42, 160)));
  });

  it('bounds what waits for a client that does not read, tells it how much it has lost, and lets nobody wait for it', async () => {
    const slow = await tail('?q=service:bulk');
    const quick = await tail('?q=service:bulk&fields=message');
    slow.pause();
    const count = 8_000;
    const lines = Array.from({ length: count }, (_, n) => ({ service: 'bulk', msg: `line ${n} ${'x'.repeat(2_000)}` }));
    for (let n = 500; n <= count; n += 500) {
      await send(...lines.slice(n - 500, n));
      await eventually(() => expect(quick.records.length).toBe(n));
    }
    slow.resume();
    await send({ service: 'bulk', msg: 'the last' });
    await eventually(() => expect(slow.messages.at(-1)).toBe('the last'));
    const dropped = slow.of('dropped');
    expect(dropped.length).toBeGreaterThan(0);
    const lost = dropped.reduce((sum, { count: each }) => sum + Number(each), 0);
    expect(slow.messages.length + lost).toBe(count + 1);
    expect(dropped.every(({ from, to }) => String(from) <= String(to))).toBe(true);
    expect(quick.of('dropped')).toEqual([]);
    const metrics = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
    expect(metrics).toContain(`logweir_tail_dropped_total ${lost}`);
    expect(metrics).toContain('logweir_tail_subscribers 2');
  }, 60_000);

  it('takes so many tails, and refuses the next', async () => {
    for (let n = 0; n < 100; n++) await tail();
    const answer = await fetch(`${hub.addresses['api']}/api/v1/logs/tail`);
    expect(answer.status).toBe(429);
    expect(await answer.json()).toMatchObject({ error: { code: 'tails_busy' } });
    for (const client of open.splice(0)) client.close();
    await eventually(async () => expect((await tail()).response.statusCode).toBe(200));
  });
});
