/**
 * What do fifty tails of different filters cost at 10 000 records a second, how soon do they see a record, and what do they take from
 * ingest when it has to do all it can? The same hub takes the same load in turns without and with them, so that both are measured
 * in the same minutes. At the end one tail that reads nothing.
 *
 *   npm run bench -- tail [--rate 10000] [--seconds 10] [--pairs 3] [--tails 50] [--full 1500000]
 */
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { eventually } from '../test/support/eventually.js';
import { hostPort, startHub, type Hub, usage } from '../test/support/hub.js';
import { metric, untilQuiet } from './alert-hub.js';
import { buildRig, machine, option, runLoad, startSink, table } from './rig.js';
import type { Rig } from './rig.js';
import { tailQueries } from './tail-queries.js';

/** Reads a tail as cheaply as it can: when each record arrived in the hub, and when here. */
class Watch {
  readonly latenciesMs: number[] = [];
  dropped = 0;
  private rest = '';

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('latin1');
    response.on('data', (text: string) => this.read(text));
    response.on('error', () => undefined);
  }

  static async open(api: string, q: string): Promise<Watch> {
    const outgoing = request(`${api}/api/v1/logs/tail?q=${encodeURIComponent(q)}`, { agent: false });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`${q}: ${response.statusCode}`);
    return new Watch(response);
  }

  private read(text: string): void {
    const now = performance.timeOrigin + performance.now();
    const all = this.rest + text;
    const end = all.lastIndexOf('\n') + 1;
    this.rest = all.slice(end);
    for (const [, created] of all.slice(0, end).matchAll(/"created":"([^"]+)"/g)) this.latenciesMs.push(now - Date.parse(created ?? ''));
    for (const [, count] of all.slice(0, end).matchAll(/event: dropped\ndata: \{"count":(\d+)/g)) this.dropped += Number(count);
  }
}

interface Round {
  readonly microseconds: number;
  readonly tailed: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

interface Work {
  readonly rig: Rig;
  readonly hub: Hub;
  readonly rate: number;
  readonly seconds: number;
}

async function round({ rig, hub, rate, seconds }: Work, queries: readonly string[]): Promise<Round> {
  const watches = await Promise.all(queries.map((q) => Watch.open(hub.addresses['api'] ?? '', q)));
  const { host, port } = hostPort(hub.addresses['forward']);
  const n = rate * seconds;
  await untilQuiet(hub);
  const before = usage(hub.pid).cpuSeconds;
  await runLoad(rig, ['-addr', `${host}:${port}`, '-mode', 'docker', '-n', String(n), '-rate', String(rate)]);
  await untilQuiet(hub);
  const microseconds = ((usage(hub.pid).cpuSeconds - before) * 1e6) / n;
  for (const { response } of watches) response.destroy();
  const all = watches.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b);
  const at = (share: number): number => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? Number.NaN;
  return { microseconds, tailed: all.length / seconds, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** As many as it takes: records a second. */
async function fullSpeed({ rig, hub }: Work, queries: readonly string[], n: number): Promise<number> {
  const watches = await Promise.all(queries.map((q) => Watch.open(hub.addresses['api'] ?? '', q)));
  const { host, port } = hostPort(hub.addresses['forward']);
  await untilQuiet(hub);
  const { seconds } = await runLoad(rig, ['-addr', `${host}:${port}`, '-mode', 'docker', '-n', String(n)]);
  await untilQuiet(hub);
  for (const { response } of watches) response.destroy();
  return n / seconds;
}

async function atFullSpeed(work: Work, queries: readonly string[], { pairs, n }: { pairs: number; n: number }): Promise<string> {
  const rows: (readonly (string | number)[])[] = [];
  const passed = (): Promise<number> => metric(work.hub, /^logweir_tail_passed_over_total /);
  await fullSpeed(work, [], n / 3);
  for (let pair = 1; pair <= pairs; pair++) {
    const before = await passed();
    const without = await fullSpeed(work, [], n);
    const told = await fullSpeed(work, queries, n);
    const less = (1 - told / without) * 100;
    rows.push([pair, Math.round(without), Math.round(told), `${less.toFixed(0)} %`, (await passed()) - before]);
  }
  return table(['pair', 'records/s without', 'with', 'less', 'passed over'], rows);
}

/** One that never reads: what it costs, and whether it is told what it lost. */
async function slow({ rig, hub }: Work): Promise<string> {
  const watch = await Watch.open(hub.addresses['api'] ?? '', '*');
  watch.response.pause();
  const { host, port } = hostPort(hub.addresses['forward']);
  const n = 200_000;
  const memoryBefore = usage(hub.pid).rssMiB;
  const passedBefore = await metric(hub, /^logweir_tail_passed_over_total /);
  await runLoad(rig, ['-addr', `${host}:${port}`, '-mode', 'docker', '-n', String(n), '-rate', '20000']);
  await untilQuiet(hub);
  const memory = usage(hub.pid).rssMiB - memoryBefore;
  watch.response.resume();
  const passed = (await metric(hub, /^logweir_tail_passed_over_total /)) - passedBefore;
  await eventually(() => {
    if (watch.latenciesMs.length + watch.dropped + passed < n)
      throw new Error(`${watch.latenciesMs.length} read, ${watch.dropped} dropped of ${n}`);
  }, 20_000).catch((error: unknown) => console.log(String(error)));
  watch.response.destroy();
  return `a tail that does not read: of ${n} records it got ${watch.latenciesMs.length} and was told of ${watch.dropped} dropped and ${passed} passed over; RSS +${memory.toFixed(0)} MiB`;
}

async function run(args: readonly string[]): Promise<void> {
  const rig = buildRig();
  const sink = await startSink(rig);
  const env = {
    LOGWEIR_STORE_KIND: 'elasticsearch',
    LOGWEIR_ELASTICSEARCH_NODES: sink.url,
    LOGWEIR_JOIN_TRACES: 'false',
    LOGWEIR_LOG_LEVEL: 'error',
  };
  const hub = await startHub({ env });
  const work: Work = { rig, hub, rate: option(args, 'rate', 10_000), seconds: option(args, 'seconds', 10) };
  const queries = tailQueries(option(args, 'tails', 50));
  try {
    await round(work, queries);
    const rows: (readonly (string | number)[])[] = [];
    for (let pair = 1; pair <= option(args, 'pairs', 3); pair++) {
      const without = await round(work, []);
      const told = await round(work, queries);
      const more = (told.microseconds / without.microseconds - 1) * 100;
      const times = [told.p50Ms, told.p95Ms, told.p99Ms].map((ms) => ms.toFixed(0));
      rows.push([
        pair,
        without.microseconds.toFixed(2),
        told.microseconds.toFixed(2),
        `${more.toFixed(0)} %`,
        Math.round(told.tailed),
        ...times,
      ]);
    }
    console.log(`${machine()}; ${work.rate} records/s, ${queries.length} tails; the first round, which compiles, is left out\n`);
    console.log(table(['pair', 'µs/record without', 'with', 'more', 'told/s', 'p50 ms', 'p95 ms', 'p99 ms'], rows));
    console.log(`\npassed over: ${await metric(hub, /^logweir_tail_passed_over_total /)}\n`);
    const full = { pairs: option(args, 'pairs', 3), n: option(args, 'full', 1_500_000) };
    console.log(`${await atFullSpeed(work, queries, full)}\n`);
    console.log(await slow(work));
  } finally {
    await hub.kill();
    sink.stop();
  }
}

await run(process.argv.slice(2));
