/**
 * A cluster on this machine, two of each program, under load, whose processes and servers are taken away.
 *
 *   npm run test:cluster -- [--suite rolling|outages|takeover] [--rate 10000] [--away 30] [--times 10]
 */
import { option } from '../../bench/rig.js';
import { TcpGate } from '../support/tcp-gate.js';
import { Cluster } from './cluster.js';
import { elasticsearchAway, ingestAway, type OutageReport, redisAway, redisEmptied } from './outages.js';
import { rollingRestart } from './rolling.js';
import { laneTakenOver } from './takeover.js';
import type { Outcome } from './verdict.js';

/** Of an alerter's lock on a lane: kills are spread over it. */
const LOCK_MOVES_ON_MS = 2_500;

const SUITES: Readonly<Record<string, (elasticsearch: string, args: readonly string[]) => Promise<number>>> = {
  rolling,
  outages,
  takeover,
};

/** How many things went wrong. */
async function rolling(elasticsearch: string, args: readonly string[]): Promise<number> {
  const cluster = await Cluster.start({ elasticsearch });
  const report = await rollingRestart(cluster, {
    recordsPerSecond: option(args, 'rate', 10_000),
    signals: ['SIGTERM', 'SIGKILL'],
    pauseMs: 2_000,
    say: (line) => console.error(`  ${line}`),
  });
  const { queries, exits, slowestStopMs, restarts } = report;
  const { asked, failed, failedTwice } = queries;
  console.log(JSON.stringify({ exits, slowestStopMs, queries: asked, failed, failedTwice }));
  const wrong = show('rolling restart', report, { restarts }) + failedTwice.length + exits.filter((exit) => exit !== 0).length;
  await cluster.close();
  return wrong;
}

async function outages(elasticsearch: string, args: readonly string[]): Promise<number> {
  const gate = await TcpGate.open(elasticsearch);
  const cluster = await Cluster.start({ elasticsearch: gate.url });
  const options = { recordsPerSecond: option(args, 'rate', 2_000), awayMs: option(args, 'away', 30) * 1_000 };
  const tell = (what: string, { toldMeanwhile, ...report }: OutageReport): number => show(what, report, { toldMeanwhile });
  let wrong = tell('Elasticsearch away', await elasticsearchAway(cluster, gate, options));
  wrong += tell('Redis away', await redisAway(cluster, options));
  wrong += tell('Redis emptied', await redisEmptied(cluster, options));
  wrong += tell('an ingest away', await ingestAway(cluster, options));
  await cluster.close();
  await gate.shut();
  return wrong;
}

async function takeover(elasticsearch: string, args: readonly string[]): Promise<number> {
  const cluster = await Cluster.start({ elasticsearch });
  const times = option(args, 'times', 10);
  const all: number[] = [];
  let wrong = 0;
  for (let time = 0; time < times; time++) {
    const { ms, ids } = await laneTakenOver(cluster, (time / times) * LOCK_MOVES_ON_MS);
    all.push(ms);
    if (new Set(ids).size !== 1) wrong++;
  }
  console.log(
    `a message of a killed alerter: ${JSON.stringify({ times, leastMs: Math.min(...all), mostMs: Math.max(...all), underAnotherId: wrong })}`,
  );
  await cluster.close();
  return wrong;
}

/** One line of figures at the end; how many of them are wrong. */
function show(what: string, outcome: Outcome, more: Readonly<Record<string, number>>): number {
  const { sent, acked, stored, lost, double, alerts, recordsPerSecond, resent, slowestAckMs } = outcome;
  const { toTell, told, replaced, missing, twice, ...notices } = alerts;
  const wrong = { lost, double, missing, twice };
  console.log(`${what}: ${JSON.stringify({ recordsPerSecond, resent, slowestAckMs, ...notices })}`);
  for (const [name, some] of Object.entries(wrong)) {
    if (some.length > 0) console.log(`  ${name}: ${some.slice(0, 10).join(' ')}`);
  }
  const records = { sent, acknowledged: acked, stored, lost: lost.length, double: double.length };
  const telling = { toTell, told, replaced, missing: missing.length, twice: twice.length };
  console.log(`${what}: ${JSON.stringify({ ...records, ...telling, ...more })}`);
  return Object.values(wrong).reduce((sum, some) => sum + some.length, 0);
}

async function main(args: readonly string[]): Promise<number> {
  const elasticsearch = process.env['ELASTICSEARCH_URL'];
  const suite = SUITES[args.includes('--suite') ? (args[args.indexOf('--suite') + 1] ?? '') : 'rolling'];
  if (elasticsearch && suite !== undefined) return suite(elasticsearch, args);
  console.error(
    suite === undefined
      ? `there is no such suite: one of ${Object.keys(SUITES).join(', ')}`
      : 'set ELASTICSEARCH_URL, for example to one started by test/support/elasticsearch/start',
  );
  return 1;
}

process.exit((await main(process.argv.slice(2))) === 0 ? 0 : 1);
