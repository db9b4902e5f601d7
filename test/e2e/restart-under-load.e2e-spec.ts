import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../bench/rig.js';
import { Sender } from '../crash/sender.js';
import { drained, removeStream, storedNumbers } from '../crash/stored.js';
import { describeWithElasticsearch, elasticsearchUrl } from '../support/elasticsearch.js';
import { startHub, temporaryFolder } from '../support/hub.js';

const RESTARTS = 3;
const LIFE_MS = 700;
/** What is on its way to the store gets two seconds; an orchestrator waits ten before it kills. */
const LONGEST_STOP_MS = 8_000;

interface Restarted {
  readonly acked: readonly number[];
  readonly counts: ReadonlyMap<number, number>;
  readonly exits: readonly (number | null)[];
  readonly slowestStopMs: number;
}

/** SIGTERM and a new start, again and again, while four connections send acknowledged chunks with stack traces. */
async function restartUnderLoad(store: 'duckdb' | 'elasticsearch', namespace: string): Promise<Restarted> {
  const port = await freePort();
  const dataDir = temporaryFolder();
  const elastic = { LOGWEIR_ELASTICSEARCH_NODES: elasticsearchUrl() ?? '', LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace };
  const env = { LOGWEIR_FORWARD_PORT: String(port), LOGWEIR_STORE_KIND: store, ...(store === 'elasticsearch' ? elastic : {}) };
  const senders = [0, 1, 2, 3].map((id) => new Sender({ port, id, traces: true, random: Math.random }));
  let hub = await startHub({ dataDir, env });
  const sending = senders.map((sender) => sender.run());
  const exits: (number | null)[] = [];
  let slowestStopMs = 0;
  for (let restart = 0; restart < RESTARTS; restart++) {
    await pause(LIFE_MS);
    const began = performance.now();
    exits.push(await hub.stop());
    slowestStopMs = Math.max(slowestStopMs, performance.now() - began);
    hub = await startHub({ dataDir, env });
  }
  for (const sender of senders) sender.stop();
  await Promise.all(sending);
  await drained(hub);
  const counts = await storedNumbers(store, hub, namespace);
  exits.push(await hub.stop());
  await rm(dataDir, { recursive: true, force: true });
  return { acked: senders.flatMap((sender) => sender.acked), counts, exits, slowestStopMs };
}

function expectWhole({ acked, counts, exits, slowestStopMs }: Restarted): void {
  expect(acked.length).toBeGreaterThan(100);
  expect(acked.filter((number) => !counts.has(number))).toEqual([]);
  expect([...counts].filter(([, times]) => times > 1)).toEqual([]);
  expect(exits).toEqual(exits.map(() => 0));
  expect(slowestStopMs).toBeLessThan(LONGEST_STOP_MS);
}

describe('SIGTERM under load, with DuckDB', () => {
  it('loses nothing that was acknowledged, stores nothing twice and ends with 0', async () => {
    expectWhole(await restartUnderLoad('duckdb', ''));
  }, 60_000);
});

describeWithElasticsearch('SIGTERM under load, with Elasticsearch', () => {
  const namespace = `restart${randomBytes(4).toString('hex')}`;
  afterAll(() => removeStream(namespace));

  it('loses nothing that was acknowledged, stores nothing twice and ends with 0', async () => {
    expectWhole(await restartUnderLoad('elasticsearch', namespace));
  }, 60_000);
});
