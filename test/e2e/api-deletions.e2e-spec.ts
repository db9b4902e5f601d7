import { rm } from 'node:fs/promises';
import type { AuditEntry } from '#libs/access';
import type { DeadLetter, DeadLetterDesk } from '#apps/api/src/dead-letters/dead-letter-desk';
import type { DeletionState } from '#apps/api/src/deletions/deletion-job';
import type { DeletionCount } from '#apps/api/src/deletions/deletions.service';
import type { ErrorAnswer } from '#apps/api/src/errors';
import type { LogDeleter } from '#libs/store';
import { addRecord, call, NOW_MS, NOW_NS, post, SECOND_NS, startFixture, type ApiFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';
import { startHub } from '../support/hub.js';

const PATH = '/api/v1/logs/delete';
const RANGE = { from: 'now-1h', to: 'now+1d' };

describe('deleting by query over the API', () => {
  let fixture: ApiFixture;
  let nowMs: number;
  const audited: AuditEntry[] = [];
  const audit = { append: async (entry: AuditEntry) => void audited.push(entry) };

  const open = async (parts: Parameters<typeof startFixture>[0] = {}): Promise<void> => {
    nowMs = NOW_MS;
    audited.length = 0;
    fixture = await startFixture({ now: () => nowMs, drained: async () => true, audit, ...parts });
    for (let index = 1; index <= 10; index++) {
      addRecord(fixture.store, NOW_NS - BigInt(index) * SECOND_NS, index, { service: { name: index % 2 ? 'pay' : 'web' } });
    }
  };
  const count = async (q: string): Promise<DeletionCount> => (await post<DeletionCount>(fixture.api, PATH, { q, ...RANGE })).body;
  const ended = (id: string): Promise<DeletionState> =>
    eventually(async () => {
      const { body } = await call<DeletionState>(fixture.api, `${PATH}/${id}`);
      expect(body.state).not.toBe('running');
      return body;
    });

  afterEach(() => fixture.api.close());

  it('counts first, deletes what was counted with the token, and records who did it', async () => {
    await open();
    const counted = await count('service:pay');
    expect(counted).toMatchObject({ matched: 5, from: '2026-11-21T11:00:00.000000000Z', to: '2026-11-22T12:00:00.000000000Z' });
    expect((await call<{ total: unknown }>(fixture.api, '/api/v1/logs?from=now-1h')).body.total).toEqual({ value: 10, exact: true });
    nowMs += 60_000;
    const started = await post<DeletionState>(fixture.api, PATH, { q: 'service:pay', ...RANGE, confirm: counted.confirm });
    expect(started).toMatchObject({ status: 202, body: { matched: 5, from: counted.from, to: counted.to } });
    expect(await ended(started.body.id)).toMatchObject({ state: 'done', deleted: 5, total: 5, warnings: [] });
    expect((await call<{ items: unknown[] }>(fixture.api, '/api/v1/logs?from=now-1h')).body.items).toHaveLength(5);
    expect((await call<{ items: DeletionState[] }>(fixture.api, PATH)).body.items.map(({ id }) => id)).toEqual([started.body.id]);
    await eventually(() => expect(audited).toHaveLength(2));
    expect(audited.map(({ action, actor, target }) => [action, actor, target])).toEqual([
      ['logs.delete.start', 'address 127.0.0.1', started.body.id],
      ['logs.delete', 'address 127.0.0.1', started.body.id],
    ]);
    expect(audited[1]?.detail).toMatchObject({ q: 'service:pay', from: counted.from, to: counted.to, deleted: 5, state: 'done' });
  });

  it.each([
    ['another query', (body: object) => ({ ...body, q: '' })],
    ['another range', (body: object) => ({ ...body, to: 'now' })],
    ['another filter', (body: object) => ({ ...body, filter: 'level:error' })],
    ['no token at all', (body: object) => ({ ...body, confirm: 'yes' })],
  ])('refuses a token with %s', async (_, change) => {
    await open();
    const { confirm } = await count('service:pay');
    const answer = await post<ErrorAnswer>(fixture.api, PATH, change({ q: 'service:pay', ...RANGE, confirm }));
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'confirmation_invalid' } } });
  });

  it('refuses an old token, a missing range, a missing query and what it does not know', async () => {
    await open();
    const { confirm } = await count('service:pay');
    nowMs += 5 * 60_000 + 1;
    const answers = await Promise.all(
      [{ q: 'service:pay', ...RANGE, confirm }, { q: '' }, RANGE, { q: '', ...RANGE, force: true }, { q: '(', ...RANGE }].map((body) =>
        post<ErrorAnswer>(fixture.api, PATH, body),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
    expect((await call(fixture.api, `${PATH}/nobody`)).status).toBe(404);
    expect(audited).toEqual([]);
  });

  it('runs one at a time, can be cancelled, and tells why one failed', async () => {
    let fail = false;
    const deleter: LogDeleter = {
      async *deleteMatching(_query, _range, signal) {
        yield { deleted: 1, total: 3 };
        if (fail) throw new Error('the disk is full');
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
      },
    };
    await open({ deleter });
    const start = async () => post<DeletionState & ErrorAnswer>(fixture.api, PATH, { q: '', ...RANGE, confirm: (await count('')).confirm });
    const { id } = (await start()).body;
    expect(await start()).toMatchObject({ status: 409, body: { error: { code: 'deletion_running' } } });
    expect((await call(fixture.api, `${PATH}/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: 'cancelled', deleted: 1, total: 3 });
    fail = true;
    const next = await eventually(async () => {
      const answer = await start();
      expect(answer.status).toBe(202);
      return answer.body.id;
    });
    expect(await ended(next)).toMatchObject({ state: 'failed', reason: 'the disk is full' });
  });

  it('deletes dead letters that match, by their own time', async () => {
    const at = new Date(NOW_MS).toISOString();
    const letter = (id: string, record: Record<string, unknown>): DeadLetter => ({ id, at, type: 't', reason: 'r', record });
    const kept = [
      letter('a', { '@timestamp': at, message: 'secret' }),
      letter('b', { '@timestamp': at, message: 'plain' }),
      letter('c', { '@timestamp': '2020-01-01T00:00:00Z', message: 'secret' }),
      letter('d', { '@timestamp': 'yesterday', message: 'secret' }),
    ];
    const removed: string[] = [];
    const deadLetters: DeadLetterDesk = {
      list: async () => ({ items: kept.filter(({ id }) => !removed.includes(id)) }),
      get: async () => undefined,
      remove: async (id) => removed.push(id) > 0,
      replay: async () => false,
    };
    await open({ deadLetters });
    const { confirm } = await count('secret');
    const { id } = (await post<DeletionState>(fixture.api, PATH, { q: 'secret', ...RANGE, confirm })).body;
    expect(await ended(id)).toMatchObject({ state: 'done', dead_letters: 2 });
    expect(removed).toEqual(['a', 'd']);
  });
});

describe('deleting by query from a hub', () => {
  it('takes what was acknowledged the moment before, for good', async () => {
    let hub = await startHub();
    const api = () => ({ port: Number(new URL(hub.addresses['api'] ?? '').port) });
    const body = Array.from({ length: 900 }, (_, index) => JSON.stringify({ message: `${index % 3 ? 'plain' : 'secret'} ${index}` }));
    const left = async (): Promise<number> =>
      (await call<{ total: number }>(api(), '/api/v1/logs/histogram?from=now-1h&to=now%2B1h')).body.total;
    const intake = (hub.addresses['intake'] ?? '').replace('tcp:', 'http:');
    const headers = { 'content-type': 'application/x-ndjson' };
    const question = { q: 'secret', from: 'now-1h', to: 'now+1h' };
    const { confirm } = (await post<DeletionCount>(api(), PATH, question)).body;
    expect((await fetch(`${intake}/ingest`, { method: 'POST', headers, body: body.join('\n') })).status).toBe(200);
    const { id } = (await post<DeletionState>(api(), PATH, { ...question, confirm })).body;
    await eventually(async () => {
      expect((await call<DeletionState>(api(), `${PATH}/${id}`)).body).toMatchObject({ state: 'done', deleted: 300, warnings: [] });
    }, 20_000);
    expect(await left()).toBe(600);
    await hub.kill();
    hub = await startHub({ dataDir: hub.dataDir });
    await eventually(async () => expect(await left()).toBe(600));
    await hub.stop();
    await rm(hub.dataDir, { recursive: true });
  }, 90_000);
});
