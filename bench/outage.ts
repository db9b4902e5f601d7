/**
 * Elasticsearch is away for a while under load: does memory stay flat, is anything lost, does the hub catch up, and does
 * in = stored + in journal + joined + duplicate + dead-lettered + dropped hold at every scrape?
 *
 *   npm run bench -- outage [--minutes 10] [--rate 10000]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../test/support/eventually.js';
import { hostPort, startHub, usage } from '../test/support/hub.js';
import type { Hub } from '../test/support/hub.js';
import { buildRig, freePort, machine, option, runLoad, startSink, table } from './rig.js';

export interface Books {
  readonly in: number;
  readonly journal: number;
  readonly settled: number;
}

const SETTLED = /^logweir_records_(stored|duplicate|joined|dead_lettered|dropped)_total/;

/** One scrape: both sides of the equation. */
export async function books(hub: Hub): Promise<Books> {
  const text = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
  const sum = (name: RegExp): number =>
    text
      .split('\n')
      .filter((line) => name.test(line))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  return { in: sum(/^logweir_records_in_total/), journal: sum(/^logweir_journal_records /), settled: sum(SETTLED) };
}

interface Seen {
  readonly rows: (string | number)[][];
  scrapes: number;
  wrong: number;
}

/** Scrapes once a second: the equation each time, memory and books every half minute. */
async function watch(hub: Hub, seen: Seen, done: AbortSignal): Promise<void> {
  const began = performance.now();
  for (let at = 0; !done.aborted; at++) {
    const now = await books(hub);
    seen.scrapes++;
    if (now.in !== now.settled + now.journal) seen.wrong++;
    if (at % 30 === 0) {
      seen.rows.push([
        Math.round((performance.now() - began) / 1_000),
        Math.round(usage(hub.pid).rssMiB),
        now.in,
        now.journal,
        now.settled,
      ]);
      process.stderr.write(`  ${seen.rows.at(-1)?.join('  ')}\n`);
    }
    await pause(1_000);
  }
}

async function run(args: readonly string[]): Promise<void> {
  const minutes = option(args, 'minutes', 10);
  const rate = option(args, 'rate', 10_000);
  const lead = 20;
  const n = Math.round((minutes * 60 + 2 * lead) * rate);
  const rig = buildRig();
  const port = await freePort();
  let sink = await startSink(rig, ['-ids', String(n)], port);
  const env = {
    LOGWEIR_STORE_KIND: 'elasticsearch',
    LOGWEIR_ELASTICSEARCH_NODES: sink.url,
    LOGWEIR_JOIN_TRACES: 'false',
    LOGWEIR_LOG_LEVEL: 'error',
  };
  const hub = await startHub({ env });
  const { host, port: forward } = hostPort(hub.addresses['forward']);
  const seen: Seen = { rows: [], scrapes: 0, wrong: 0 };
  const done = new AbortController();
  const watching = watch(hub, seen, done.signal);
  const acked = `${hub.dataDir}.acked`;
  const limit = `${Math.ceil(n / rate) + 120}s`;
  const load = runLoad(rig, [
    '-addr',
    `${host}:${forward}`,
    '-mode',
    'forward',
    '-n',
    String(n),
    '-rate',
    String(rate),
    '-seq',
    '-acked',
    acked,
    '-limit',
    limit,
  ]);
  await pause(lead * 1_000);
  sink.stop();
  await pause(minutes * 60_000);
  sink = await startSink(rig, ['-ids', String(n)], port);
  const back = performance.now();
  await load;
  // What the first sink took before it went is not counted by the second: the hub's own books tell the total.
  await eventually(async () => {
    if ((await books(hub)).journal > 0) throw new Error('not caught up');
  }, 300_000);
  const caughtUp = (performance.now() - back) / 1_000;
  done.abort();
  await watching;
  const end = await books(hub);
  const peak = usage(hub.pid).peakRssMiB;
  await hub.stop();
  sink.stop();
  console.log(`${machine()}; ${minutes} minutes away at ${rate} records/s\n`);
  console.log(table(['second', 'RSS MiB', 'in', 'in journal', 'settled'], seen.rows));
  console.log(
    `\npeak RSS ${Math.round(peak)} MiB; sent ${n}, settled ${end.settled}, lost ${n - end.settled}; caught up ${caughtUp.toFixed(1)} s after the store was back`,
  );
  console.log(`equation checked at ${seen.scrapes} scrapes, wrong at ${seen.wrong}`);
}

await run(process.argv.slice(2));
