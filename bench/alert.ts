/**
 * What do alerts cost, and how late are they? The built hub as a process of its own, a webhook collector in this one.
 *
 *   npm run bench -- alert [--only delay|cost|groups] [--n 500000] [--runs 5] [--seconds 30]
 *
 * delay: record accepted (its acknowledgement is here) → webhook received, when nothing else happens and while `load` sends
 *        docker traffic as fast as it is taken.
 * cost:  CPU of the hub a record on the work of `ingest` (forward → journal → null Elasticsearch), without rules and with the
 *        hundred of alert-rules.ts, in turns; and what the hub takes while nothing happens.
 * groups: the same records into one rule with one group and with 100 000: what the groups take.
 */
import { execFileSync } from 'node:child_process';
import { Detector, SignalBuilder } from '#libs/rules';
import { eventually } from '../test/support/eventually.js';
import { hostPort, usage } from '../test/support/hub.js';
import { measureDelays, PROBE_RULE, type Delays } from './alert-delay.js';
import { sendGroups } from './alert-groups.js';
import { metric, startAlertHub, untilQuiet } from './alert-hub.js';
import { rulesOf, writtenRules } from './alert-rules.js';
import { deliveriesOf } from './deliveries.js';
import { buildRig, machine, option, type Rig, runLoad, startSink, table } from './rig.js';

const IDLE_GAP_MS = 500;
const IDLE_SECONDS = 10;
/** Compiling is over after so many records, of the queues' WebAssembly too. */
const WARM_UP = 300_000;
const GROUPS = 100_000;

async function delays(rig: Rig, seconds: number): Promise<void> {
  const row = (name: string, found: Delays, load: string): (string | number)[] => {
    const { probes, missing, ackP50Ms, ackP99Ms, p50Ms, p99Ms, maxMs } = found;
    return [name, load, probes, missing, ...[ackP50Ms, ackP99Ms, p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1))];
  };
  const rules = [PROBE_RULE, ...writtenRules(99)];
  const rows: (string | number)[][] = [];
  const embedded = await startAlertHub(rules);
  rows.push(row('idle, DuckDB', await measureDelays(embedded, seconds, IDLE_GAP_MS), '0'));
  await embedded.close();
  const sink = await startSink(rig);
  const alerting = await startAlertHub(rules, sink.url);
  rows.push(row('idle, null Elasticsearch', await measureDelays(alerting, seconds, IDLE_GAP_MS), '0'));
  const forward = hostPort(alerting.hub.addresses['forward']);
  const load = runLoad(rig, ['-addr', `${forward.host}:${forward.port}`, '-n', '1000000000', '-limit', `${seconds + 2}s`]);
  const before = (await sink.count()).docs;
  const busy = await measureDelays(alerting, seconds, IDLE_GAP_MS);
  rows.push(row('full speed, null Elasticsearch', busy, String(Math.round(((await sink.count()).docs - before) / seconds))));
  await load;
  await alerting.close();
  sink.stop();
  const head = ['state', 'records/s', 'probes', 'missing', 'ack p50 ms', 'ack p99 ms', 'alert p50 ms', 'alert p99 ms', 'max ms'];
  console.log(`\nack → webhook, 100 rules\n${table(head, rows)}`);
}

interface Cost {
  readonly microseconds: number;
  readonly peakRssMiB: number;
  /** Percent of a core while nothing happens. */
  readonly idle: number;
  readonly signals: number;
}

async function cost(rig: Rig, rules: readonly object[], n: number): Promise<Cost> {
  const sink = await startSink(rig);
  const alerting = await startAlertHub(rules, sink.url);
  const { hub } = alerting;
  try {
    const forward = hostPort(hub.addresses['forward']);
    const send = async (records: number, until: number): Promise<void> => {
      await runLoad(rig, ['-addr', `${forward.host}:${forward.port}`, '-mode', 'forward', '-n', String(records)]);
      await eventually(async () => {
        if ((await sink.count()).docs < until) throw new Error('not all arrived');
        if ((await metric(hub, /^logweir_alert_behind_bytes/)) > 0) throw new Error('alerts are behind');
      }, 60_000);
    };
    await send(WARM_UP, WARM_UP);
    await untilQuiet(hub);
    const quiet = usage(hub.pid).cpuSeconds;
    await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1_000));
    const before = usage(hub.pid).cpuSeconds;
    await send(n, WARM_UP + n);
    const after = usage(hub.pid);
    return {
      microseconds: ((after.cpuSeconds - before) * 1e6) / n,
      peakRssMiB: after.peakRssMiB,
      idle: ((before - quiet) * 100) / IDLE_SECONDS,
      signals: await metric(hub, /^logweir_alert_signals_total/),
    };
  } finally {
    await alerting.close();
    sink.stop();
  }
}

/** How much of the load the rules have something to do with. */
function matching(rig: Rig): string {
  const lines = execFileSync(rig.load, ['-print', '50000'], { maxBuffer: 1 << 28 })
    .toString()
    .trimEnd()
    .split('\n');
  const detector = new Detector(rulesOf(writtenRules(100)));
  let [records, matches] = [0, 0];
  for (const { bulk, positions } of deliveriesOf(lines, Date.now())) {
    const sources = bulk
      .toString()
      .split('\n')
      .filter((_, line) => line % 2 === 1);
    for (const [index, source] of sources.entries()) {
      const builder = new SignalBuilder();
      const one = { bulk: Buffer.from(`{}\n${source}\n`), count: 1, positions: [positions[index] ?? -1] };
      detector.detect(one, builder);
      const found = builder.finish({ journal: 'j', node: 'n', from: 0, to: 1, arrivedMs: 0 }).rules.length;
      records += found > 0 ? 1 : 0;
      matches += found;
    }
  }
  const percent = ((records * 100) / lines.length).toFixed(1);
  return `${percent} % of the records match a rule, ${(matches / Math.max(1, records)).toFixed(1)} rules each`;
}

async function costs(rig: Rig, n: number, runs: number): Promise<void> {
  console.log(`\n100 rules: ${matching(rig)}`);
  const least = new Map<number, Cost>();
  for (let run = 0; run < runs; run += 1) {
    for (const count of run % 2 === 0 ? [0, 100] : [100, 0]) {
      const found = await cost(rig, writtenRules(count), n);
      process.stderr.write(`  run ${run + 1}, ${count} rules: ${found.microseconds.toFixed(2)} µs, idle ${found.idle.toFixed(1)} %\n`);
      const before = least.get(count);
      if (before === undefined || found.microseconds < before.microseconds) least.set(count, found);
    }
  }
  const base = least.get(0)?.microseconds ?? NaN;
  const rows = [...least]
    .sort(([a], [b]) => a - b)
    .map(([count, { microseconds, peakRssMiB, idle, signals }]) => {
      const extra = `${(((microseconds - base) * 100) / base).toFixed(1)} %`;
      return [count, microseconds.toFixed(2), extra, signals, idle.toFixed(1), Math.round(peakRssMiB)];
    });
  const head = ['rules', 'CPU µs/record', 'extra', 'signals', 'idle: % of a core', 'peak RSS MiB'];
  console.log(`forward, joins off, n = ${n}, minimum of ${runs}\n${table(head, rows)}`);
}

async function groups(rig: Rig): Promise<void> {
  const rows: (string | number)[][] = [];
  const found: number[] = [];
  for (const count of [1, GROUPS]) {
    const sink = await startSink(rig);
    const rule = { name: 'groups', where: 'level: error', count: { over: '60s', at_least: 1_000_000 }, group_by: ['attributes.group'] };
    const alerting = await startAlertHub([{ ...rule, max_groups: GROUPS }], sink.url);
    const before = usage(alerting.hub.pid);
    await sendGroups(alerting.hub, { records: GROUPS * 3, groups: count });
    await untilQuiet(alerting.hub);
    const after = usage(alerting.hub.pid);
    found.push(after.rssMiB);
    rows.push([count, GROUPS * 3, ...[before.rssMiB, after.rssMiB, after.peakRssMiB].map(Math.round)]);
    await alerting.close();
    sink.stop();
  }
  console.log(`\none rule, the same records\n${table(['groups', 'records', 'RSS before MiB', 'after', 'peak'], rows)}`);
  console.log(`${GROUPS} groups take ${Math.round((found[1] ?? NaN) - (found[0] ?? NaN))} MiB`);
}

async function run(args: readonly string[]): Promise<void> {
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const wants = (name: string): boolean => only === undefined || only === name;
  const rig = buildRig();
  console.log(machine());
  if (wants('delay')) await delays(rig, option(args, 'seconds', 30));
  if (wants('cost')) await costs(rig, option(args, 'n', 500_000), option(args, 'runs', 5));
  if (wants('groups')) await groups(rig);
}

await run(process.argv.slice(2));
