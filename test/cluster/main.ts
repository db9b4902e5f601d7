/**
 * A cluster on this machine, two of each program, under load, whose processes and servers are taken away.
 *
 *   npm run test:cluster -- [--suite rolling|outages] [--rate 10000] [--away 30]
 */
import { option } from '../../bench/rig.js';
import { TcpGate } from '../support/tcp-gate.js';
import { Cluster } from './cluster.js';
import { elasticsearchAway, type OutageReport, redisAway, redisEmptied } from './outages.js';
import { rollingRestart } from './rolling.js';
import type { Outcome } from './verdict.js';

const SUITES: Readonly<Record<string, (elasticsearch: string, args: readonly string[]) => Promise<number>>> = { rolling, outages };

/** How many things went wrong. */
async function rolling(elasticsearch: string, args: readonly string[]): Promise<number> {
  const cluster = await Cluster.start({ elasticsearch });
  const report = await rollingRestart(cluster, {
    recordsPerSecond: option(args, 'rate', 10_000),
    signals: ['SIGTERM', 'SIGKILL'],
    pauseMs: 2_000,
    say: (line) => console.error(`  ${line}`),
  });
  const { queries, exits, slowestStopMs } = report;
  const wrong = show('rolling restart', report) + queries.failedTwice.length;
  console.log(JSON.stringify({ exits, slowestStopMs, queries: queries.asked, failed: queries.failed, failedTwice: queries.failedTwice }));
  await cluster.close();
  return wrong;
}

async function outages(elasticsearch: string, args: readonly string[]): Promise<number> {
  const gate = await TcpGate.open(elasticsearch);
  const cluster = await Cluster.start({ elasticsearch: gate.url });
  const options = { recordsPerSecond: option(args, 'rate', 2_000), awayMs: option(args, 'away', 30) * 1_000 };
  const tell = (what: string, report: OutageReport): number => show(`${what}, ${report.toldMeanwhile} told meanwhile`, report);
  let wrong = tell('Elasticsearch away', await elasticsearchAway(cluster, gate, options));
  wrong += tell('Redis away', await redisAway(cluster, options));
  wrong += tell('Redis emptied', await redisEmptied(cluster, options));
  await cluster.close();
  await gate.shut();
  return wrong;
}

function show(what: string, { lost, double, alerts, ...rest }: Outcome): number {
  const { acked, recordsPerSecond, resent, slowestAckMs } = rest;
  const { missing, twice, ...notices } = alerts;
  console.log(`${what}: ${JSON.stringify({ acked, recordsPerSecond, resent, slowestAckMs, lost: lost.length, double: double.length })}`);
  console.log(`  alerts: ${JSON.stringify({ ...notices, missing: missing.length, twice: twice.length })}`);
  for (const [name, some] of Object.entries({ lost, double, missing, twice })) {
    if (some.length > 0) console.log(`  ${name}: ${some.slice(0, 10).join(' ')}`);
  }
  return lost.length + double.length + missing.length + twice.length;
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
