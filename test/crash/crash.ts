/**
 * Kills the hub with SIGKILL at random moments while four connections send acknowledged chunks, starts it again on the
 * same data, and so on; then waits until all is stored and asks the store for every number: none may be missing that was
 * acknowledged, none may be there twice. Runs on DuckDB and, with ELASTICSEARCH_URL, on Elasticsearch with forced
 * rollovers; half of the kills with stack traces joined, half without.
 *
 *   npm run test:crash -- --kills 100 [--store duckdb|elasticsearch] [--seed 1]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { startHub, temporaryFolder } from '../support/hub.js';
import type { Hub } from '../support/hub.js';
import { freePort, option } from '../../bench/rig.js';
import { Sender } from './sender.js';
import { storedNumbers, rollover } from './stored.js';

type Store = 'duckdb' | 'elasticsearch';

interface Round {
  readonly store: Store;
  readonly joins: boolean;
  readonly kills: number;
  readonly random: () => number;
}

interface Verdict {
  readonly kills: number;
  readonly acked: number;
  readonly missing: number;
  readonly twice: number;
  readonly resent: number;
}

/** mulberry32: a seed makes a run repeatable up to the machine's own timing. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function round(work: Round): Promise<Verdict> {
  const namespace = `crash${Math.floor(work.random() * 1e9)}`;
  const port = await freePort();
  const apiPort = await freePort();
  const dataDir = temporaryFolder();
  const elastic = { LOGWEIR_ELASTICSEARCH_NODES: process.env['ELASTICSEARCH_URL'] ?? '', LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace };
  const env = {
    LOGWEIR_FORWARD_PORT: String(port),
    LOGWEIR_API_PORT: String(apiPort),
    LOGWEIR_STORE_KIND: work.store,
    LOGWEIR_JOIN_TRACES: String(work.joins),
    LOGWEIR_LOG_LEVEL: 'warn',
    ...(work.store === 'elasticsearch' ? elastic : {}),
  };
  let hub = await startHub({ dataDir, env });
  const senders = [0, 1, 2, 3].map((id) => new Sender({ port, id, traces: work.joins, random: work.random }));
  const sending = senders.map((sender) => sender.run());
  for (let kill = 0; kill < work.kills; kill++) {
    await pause(100 + work.random() * 900);
    if (work.store === 'elasticsearch' && work.random() < 0.3) await rollover(namespace);
    await hub.kill();
    hub = await startHub({ dataDir, env });
    if ((kill + 1) % 10 === 0)
      process.stderr.write(`  ${work.store}, joins ${work.joins ? 'on' : 'off'}: ${kill + 1} kills, ${total(senders)} acknowledged\n`);
  }
  for (const sender of senders) sender.stop();
  await Promise.all(sending);
  await drained(hub);
  const counts = await eventually(async () => {
    const found = await storedNumbers(work.store, hub, namespace);
    for (const sender of senders) for (const number of sender.acked) if (!found.has(number)) throw new Error(`${number} not found yet`);
    return found;
  }, 5_000).catch(() => storedNumbers(work.store, hub, namespace));
  await hub.stop();
  const acked = senders.flatMap((sender) => sender.acked);
  const missing = acked.filter((number) => !counts.has(number));
  const twice = [...counts].filter(([, times]) => times > 1);
  if (missing.length > 0 || twice.length > 0) {
    console.log(`data kept in ${dataDir}; missing ${missing.slice(0, 5).join(' ')}; twice ${twice.slice(0, 5).join(' ')}`);
  }
  return {
    kills: work.kills,
    acked: acked.length,
    missing: missing.length,
    twice: twice.length,
    resent: senders.reduce((sum, sender) => sum + sender.resent, 0),
  };
}

function total(senders: readonly Sender[]): number {
  return senders.reduce((sum, sender) => sum + sender.acked.length, 0);
}

async function drained(hub: Hub): Promise<void> {
  await eventually(async () => {
    const text = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
    const left = Number(/^logweir_journal_records (\S+)/m.exec(text)?.[1] ?? NaN);
    if (left !== 0) throw new Error(`${left} records still in the journal`);
  }, 120_000);
}

async function main(args: readonly string[]): Promise<void> {
  const kills = option(args, 'kills', 20);
  const seed = option(args, 'seed', Date.now() % 1e9);
  const only = args.includes('--store') ? args[args.indexOf('--store') + 1] : undefined;
  const stores: Store[] = process.env['ELASTICSEARCH_URL'] ? ['duckdb', 'elasticsearch'] : ['duckdb'];
  if (stores.length === 1) console.log('Elasticsearch is left out: set ELASTICSEARCH_URL, or start test/support/elasticsearch/start');
  const random = randomFrom(seed);
  console.log(`seed ${seed}, ${kills} kills a store`);
  let bad = 0;
  for (const store of stores.filter((name) => only === undefined || only === name)) {
    for (const joins of [false, true]) {
      const verdict = await round({ store, joins, kills: Math.ceil(kills / 2), random });
      console.log(`${store}, joins ${joins ? 'on' : 'off'}: ${JSON.stringify(verdict)}`);
      bad += verdict.missing + verdict.twice;
    }
  }
  console.log(bad === 0 ? 'nothing acknowledged is missing, nothing is stored twice' : `${bad} records missing or stored twice`);
  process.exit(bad === 0 ? 0 : 1);
}

await main(process.argv.slice(2));
