/**
 * Kills the hub with SIGKILL at random moments while four connections send acknowledged chunks, starts it again on the
 * same data, and so on; then waits until all is stored and asks the store for every number: none may be missing that was
 * acknowledged, none may be there twice. Runs on DuckDB and, with ELASTICSEARCH_URL, on Elasticsearch with forced
 * rollovers; half of the kills with stack traces joined, half without.
 *
 *   npm run test:crash -- --suite store --kills 100 [--store duckdb|elasticsearch] [--seed 1]
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { startHub, temporaryFolder } from '../support/hub.js';
import { freePort, option } from '../../bench/rig.js';
import { randomFrom } from './random.js';
import { Sender } from './sender.js';
import { drained, removeStream, rollover, storedNumbers } from './stored.js';

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
  /** Acknowledged ones and those whose acknowledgement the kill cut off. */
  readonly stored: number;
  readonly missing: number;
  readonly twice: number;
  /** Chunks that were sent a second time because no acknowledgement came. */
  readonly resent: number;
}

/** Long enough for a few writes of the cursor file and commits of the store. */
const LONGEST_LIFE_MS = 1_500;
/** Of the kills in Elasticsearch, those right after a new backing index: what was in flight may be in the one before. */
const ROLLOVER_SHARE = 0.3;
/** A stored record is found within a second; more on a machine that is busy. */
const VISIBLE_WITHIN_MS = 5_000;

async function round(work: Round): Promise<Verdict> {
  // Not of the seed: a second run with it must not find the first one's records.
  const namespace = `crash${randomBytes(4).toString('hex')}`;
  const port = await freePort();
  const dataDir = temporaryFolder();
  const elastic = { LOGWEIR_ELASTICSEARCH_NODES: process.env['ELASTICSEARCH_URL'] ?? '', LOGWEIR_ELASTICSEARCH_NAMESPACE: namespace };
  const env = {
    LOGWEIR_FORWARD_PORT: String(port),
    LOGWEIR_STORE_KIND: work.store,
    LOGWEIR_JOIN_TRACES: String(work.joins),
    LOGWEIR_LOG_LEVEL: 'warn',
    // The least there is, so that kills meet new segments and the removal of old ones too.
    LOGWEIR_JOURNAL_SEGMENT_BYTES: '1MiB',
    ...(work.store === 'elasticsearch' ? elastic : {}),
  };
  const senders = [0, 1, 2, 3].map((id) => new Sender({ port, id, traces: work.joins, random: work.random }));
  let hub = await startHub({ dataDir, env });
  const sending = senders.map((sender) => sender.run());
  for (let kill = 1; kill <= work.kills; kill++) {
    // Squared, so that many kills fall into the replay of the one before.
    await pause(work.random() ** 2 * LONGEST_LIFE_MS);
    if (work.store === 'elasticsearch' && work.random() < ROLLOVER_SHARE) await rollover(namespace);
    await hub.kill();
    hub = await startHub({ dataDir, env });
    if (kill % 10 === 0) console.error(`  ${nameOf(work)}: ${kill} kills, ${ackedOf(senders).length} acknowledged`);
  }
  for (const sender of senders) sender.stop();
  await Promise.all(sending);
  await drained(hub);
  const verdict = await judge(work, senders, () => storedNumbers(work.store, hub, namespace));
  await hub.stop();
  if (verdict.missing + verdict.twice > 0) console.log(`kept for a look: ${dataDir}, namespace ${namespace}`);
  else {
    await rm(dataDir, { recursive: true, force: true });
    if (work.store === 'elasticsearch') await removeStream(namespace);
  }
  return verdict;
}

async function judge(work: Round, senders: readonly Sender[], stored: () => Promise<Map<number, number>>): Promise<Verdict> {
  const acked = ackedOf(senders);
  let counts = await stored();
  let missing = acked.filter((number) => !counts.has(number));
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  while (missing.length > 0 && performance.now() < deadline) {
    await pause(200);
    counts = await stored();
    missing = acked.filter((number) => !counts.has(number));
  }
  const twice = [...counts].filter(([, times]) => times > 1).map(([number]) => number);
  if (missing.length > 0) console.log(`missing: ${missing.slice(0, 10).join(' ')}`);
  if (twice.length > 0) console.log(`twice: ${twice.slice(0, 10).join(' ')}`);
  const resent = senders.reduce((sum, sender) => sum + sender.resent, 0);
  return { kills: work.kills, acked: acked.length, stored: counts.size, missing: missing.length, twice: twice.length, resent };
}

function nameOf({ store, joins }: Round): string {
  return `${store}, joins ${joins ? 'on' : 'off'}`;
}

function ackedOf(senders: readonly Sender[]): number[] {
  return senders.flatMap((sender) => sender.acked);
}

/** Resolves with the number of records that are missing or there twice. */
export async function storeSuite(args: readonly string[]): Promise<number> {
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
      const work = { store, joins, kills: Math.ceil(kills / 2), random };
      const verdict = await round(work);
      console.log(`${nameOf(work)}: ${JSON.stringify(verdict)}`);
      bad += verdict.missing + verdict.twice;
    }
  }
  console.log(bad === 0 ? 'nothing acknowledged is missing, nothing is stored twice' : `${bad} records missing or stored twice`);
  return bad;
}
