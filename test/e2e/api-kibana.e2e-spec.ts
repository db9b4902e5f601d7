import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import rison from 'rison-node';
import type { LogHistogramAnswer } from '#apps/api/src/logs/log-histogram';
import type { LogAnswer, LogPage } from '#apps/api/src/logs/log-search';
import { loadSettings } from '#libs/config';
import { DiscoverLinks, type DiscoverLink } from '#libs/kibana';
import { Alerting } from '#libs/service';
import { JsonLogger, Readiness } from '#libs/telemetry';
import { addRecord, call, MINUTE_NS, NOW_MS, NOW_NS, startFixture, type ApiFixture } from '../support/api-fixture.js';

let fixture: ApiFixture;
afterEach(() => fixture.api.close());

interface State {
  readonly time: { readonly from: string; readonly to: string };
  readonly query: { readonly query: string };
  readonly columns?: readonly string[];
  readonly sort: readonly (readonly string[])[];
  readonly filters: readonly unknown[];
}

function stateOf(link: DiscoverLink | undefined): State {
  const [, global = '', app = ''] = /#\/\?_g=(.*)&_a=(.*)$/.exec(link?.url ?? '') ?? [];
  return { ...(rison.decode(decodeURIComponent(global)) as State), ...(rison.decode(decodeURIComponent(app)) as State) };
}

async function start(kibana: object): Promise<<Body>(path: string) => Promise<Body>> {
  fixture = await startFixture(kibana);
  for (let age = 1; age <= 3; age += 1) {
    addRecord(fixture.store, NOW_NS - BigInt(age) * MINUTE_NS, age, { log: { level: 'error' } });
  }
  return async (path) => (await call(fixture.api, path)).body as never;
}

describe('with LOGWEIR_KIBANA_URL', () => {
  const configured = { kibana: new DiscoverLinks('https://kibana.example') };

  it('a page of records says where Discover shows the same search: range, order, columns, filters', async () => {
    const get = await start(configured);
    const page = await get<LogPage>('/api/v1/logs?q=timeout%20user_id:7&filter=level:error&order=asc&fields=level,message');
    expect(page.kibana?.notes).toEqual(["a filter beside the query, as Kibana's KQL cannot say it: user_id:7"]);
    expect(stateOf(page.kibana)).toMatchObject({
      time: { from: '2026-11-21T11:45:00.001Z', to: '2026-11-21T12:00:00.001Z' },
      query: { query: 'message : timeout and log.level : error' },
      columns: ['log.level', 'message'],
      sort: [['@timestamp', 'asc']],
      filters: [expect.anything()],
    });
  });

  it('the next page has the link of the first: Discover shows the search, not a page of it', async () => {
    const get = await start(configured);
    const first = await get<LogPage>('/api/v1/logs?q=level:error&limit=1');
    const second = await get<LogPage>(`/api/v1/logs?q=level:error&limit=1&cursor=${first.next ?? ''}`);
    expect(second.items).toHaveLength(1);
    expect(second.kibana).toEqual(first.kibana);
  });

  it('a histogram has it, too', async () => {
    const get = await start(configured);
    const { kibana } = await get<LogHistogramAnswer>('/api/v1/logs/histogram?q=level:error&from=now-1h&by=service');
    expect(stateOf(kibana)).toMatchObject({ time: { from: '2026-11-21T11:00:00.000Z' }, query: { query: 'log.level : error' } });
  });

  it('one record is found by its place', async () => {
    const get = await start(configured);
    const { kibana } = await get<LogAnswer>(`/api/v1/logs/${NOW_NS - MINUTE_NS}-1-n-1`);
    expect(stateOf(kibana)).toMatchObject({
      time: { from: '2026-11-21T11:59:00.000Z', to: '2026-11-21T11:59:00.001Z' },
      query: { query: 'event.sequence : 1 and logweir.node : n-1' },
    });
  });
});

it('without it answers are as they were', async () => {
  const get = await start({});
  expect(await get<LogPage>('/api/v1/logs')).not.toHaveProperty('kibana');
  expect(await get<LogHistogramAnswer>('/api/v1/logs/histogram')).not.toHaveProperty('kibana');
  expect(await get<LogAnswer>(`/api/v1/logs/${NOW_NS - MINUTE_NS}-1-n-1`)).not.toHaveProperty('kibana');
});

it('an explained rule says where Discover shows what it looks at', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logweir-kibana-'));
  const settings = loadSettings({ env: { LOGWEIR_DATA_DIR: folder }, readFile: () => undefined });
  const log = new JsonLogger({ level: 'error', write: () => undefined, now: () => NOW_MS });
  const alerting = await Alerting.open({ settings, env: {}, log, readiness: new Readiness(), now: () => NOW_MS });
  try {
    fixture = await startFixture({ alerting, kibana: new DiscoverLinks('https://kibana.example') });
    const rule = { name: 'many', where: 'level:error timeout', count: { over: '10m', at_least: 3 } };
    expect((await call(fixture.api, '/api/v1/rules', { method: 'POST', ...json(rule) })).status).toBe(201);
    const { body } = await call<{ kibana?: DiscoverLink }>(fixture.api, '/api/v1/rules/many/explain');
    expect(stateOf(body.kibana)).toMatchObject({
      time: { from: '2026-11-21T11:00:00.000Z', to: '2026-11-21T12:00:01.000Z' },
      query: { query: 'log.level : error and message : timeout' },
    });
  } finally {
    await alerting.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

const json = (body: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
