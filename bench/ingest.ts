/**
 * What does one record cost? forward → journal (fdatasync) → bulk to a null Elasticsearch in another process, on the
 * work of the bench README; and the same into DuckDB until the last record is found by a search.
 *
 *   npm run bench -- ingest [--n 500000] [--runs 3] [--only docker|forward|joins|latency|duckdb]
 */
import { startHub, hostPort, usage } from '../test/support/hub.js';
import type { Hub } from '../test/support/hub.js';
import { eventually } from '../test/support/eventually.js';
import { buildRig, calibrate, machine, option, runLoad, startSink, table } from './rig.js';
import type { Rig, Sink } from './rig.js';

interface Cost {
  readonly microseconds: number;
  readonly perSecond: number;
  readonly peakRssMiB: number;
  readonly lost: number;
  readonly loopDelayP99Ms: number;
}

interface Work {
  readonly mode: 'docker' | 'forward';
  readonly joins: boolean;
  readonly n: number;
}

async function metric(hub: Hub, name: RegExp): Promise<number> {
  const text = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => name.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function startOn(sink: Sink | undefined, joins: boolean): Promise<Hub> {
  const store: Record<string, string> = sink
    ? { LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_ELASTICSEARCH_NODES: sink.url }
    : { LOGWEIR_STORE_KIND: 'duckdb' };
  return startHub({ env: { ...store, LOGWEIR_JOIN_TRACES: String(joins), LOGWEIR_LOG_LEVEL: 'error' } });
}

/** Lines that have left the journal for good: stored, or joined into others. */
async function settled(hub: Hub): Promise<number> {
  return metric(hub, /^logweir_records_(stored|joined)_total/);
}

async function ingest(rig: Rig, work: Work): Promise<Cost> {
  const sink = await startSink(rig);
  const hub = await startOn(sink, work.joins);
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const forward = hostPort(hub.addresses['forward']);
    const before = usage(hub.pid);
    const began = performance.now();
    await runLoad(rig, ['-addr', `${forward.host}:${forward.port}`, '-mode', work.mode, '-n', String(work.n)]);
    const counted = async (): Promise<number> => (work.joins ? settled(hub) : (await sink.count()).docs);
    await eventually(async () => {
      if ((await counted()) < work.n) throw new Error('not all arrived');
    }, 60_000).catch(() => undefined);
    const seconds = (performance.now() - began) / 1_000;
    const after = usage(hub.pid);
    return {
      microseconds: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / work.n,
      perSecond: work.n / seconds,
      peakRssMiB: after.peakRssMiB,
      lost: work.n - (await counted()),
      loopDelayP99Ms: 1_000 * (await metric(hub, /^nodejs_eventloop_lag_p99_seconds /)),
    };
  } finally {
    await hub.kill();
    sink.stop();
  }
}

/** One chunk of 100 at a time on 10 connections, 10 000 records a second: how long does a sender wait for its ack? */
async function latency(rig: Rig): Promise<readonly (string | number)[]> {
  const sink = await startSink(rig);
  const hub = await startOn(sink, false);
  try {
    const { port } = hostPort(hub.addresses['forward']);
    const { measureAcks } = await import('./acks.js');
    const acks = await measureAcks({ port, connections: 10, perSecond: 10_000, entries: 100, seconds: 10 });
    const delay = 1_000 * (await metric(hub, /^nodejs_eventloop_lag_p99_seconds /));
    return [acks.chunks, acks.p50Ms.toFixed(2), acks.p99Ms.toFixed(2), acks.maxMs.toFixed(2), delay.toFixed(1)];
  } finally {
    await hub.kill();
    sink.stop();
  }
}

async function duckdb(rig: Rig, n: number): Promise<Cost> {
  const hub = await startOn(undefined, false);
  try {
    const forward = hostPort(hub.addresses['forward']);
    const before = usage(hub.pid);
    const began = performance.now();
    await runLoad(rig, ['-addr', `${forward.host}:${forward.port}`, '-mode', 'forward', '-n', String(n)]);
    await eventually(async () => {
      if ((await settled(hub)) < n) throw new Error('not all stored');
    }, 120_000);
    const answer = (await (await fetch(`${hub.addresses['api']}/api/v1/logs/histogram?from=now-1h&to=now%2B1h`)).json()) as {
      total: number;
    };
    const seconds = (performance.now() - began) / 1_000;
    const after = usage(hub.pid);
    return {
      microseconds: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / n,
      perSecond: n / seconds,
      peakRssMiB: after.peakRssMiB,
      lost: n - answer.total,
      loopDelayP99Ms: 1_000 * (await metric(hub, /^nodejs_eventloop_lag_p99_seconds /)),
    };
  } finally {
    await hub.kill();
  }
}

function row(name: string, cost: Cost, calibration: number): (string | number)[] {
  const { microseconds, perSecond, peakRssMiB, lost, loopDelayP99Ms } = cost;
  const ratio = (microseconds / calibration).toFixed(2);
  return [name, Math.round(perSecond), microseconds.toFixed(2), ratio, Math.round(peakRssMiB), loopDelayP99Ms.toFixed(1), lost];
}

async function best(runs: number, measure: () => Promise<Cost>): Promise<Cost> {
  let least: Cost | undefined;
  for (let run = 0; run < runs; run++) {
    const cost = await measure();
    process.stderr.write(`  run ${run + 1}: ${cost.microseconds.toFixed(2)} µs, ${Math.round(cost.perSecond)}/s, lost ${cost.lost}\n`);
    if (!least || cost.microseconds < least.microseconds) least = cost;
  }
  return least as Cost;
}

async function run(args: readonly string[]): Promise<void> {
  const n = option(args, 'n', 500_000);
  const runs = option(args, 'runs', 3);
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const wants = (name: string): boolean => only === undefined || only === name;
  const rig = buildRig();
  const first = calibrate(rig);
  const rows: [string, Cost][] = [];
  if (wants('docker')) rows.push(['docker, joins off', await best(runs, () => ingest(rig, { mode: 'docker', joins: false, n }))]);
  if (wants('forward')) rows.push(['forward, joins off', await best(runs, () => ingest(rig, { mode: 'forward', joins: false, n }))]);
  if (wants('joins')) {
    rows.push(['docker, joins on', await best(runs, () => ingest(rig, { mode: 'docker', joins: true, n }))]);
    rows.push(['forward, joins on', await best(runs, () => ingest(rig, { mode: 'forward', joins: true, n }))]);
  }
  if (wants('duckdb')) rows.push(['forward → DuckDB, until found', await best(Math.min(runs, 2), () => duckdb(rig, n))]);
  const calibration = Math.min(first, calibrate(rig));
  console.log(`${machine()}; calibration ${calibration.toFixed(3)} µs; n = ${n}, minimum of ${runs}\n`);
  console.log(
    table(
      ['work', 'records/s', 'CPU µs/record', '× calibration', 'peak RSS MiB', 'loop delay p99 ms', 'lost'],
      rows.map(([name, cost]) => row(name, cost, calibration)),
    ),
  );
  if (wants('latency'))
    console.log(`\n${table(['chunks', 'ack p50 ms', 'ack p99 ms', 'max ms', 'loop delay p99 ms'], [await latency(rig)])}`);
}

await run(process.argv.slice(2));
