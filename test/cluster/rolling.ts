/** Restarts every process of a cluster, one after the other, while records, queries and alerts go on; then counts. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Cluster, type Name, NAMES } from './cluster.js';
import { Queries } from './queries.js';
import { Traffic } from './traffic.js';
import { judge, type Outcome } from './verdict.js';

export interface RollingOptions {
  readonly recordsPerSecond: number;
  readonly signals: readonly ('SIGTERM' | 'SIGKILL')[];
  /** Between two restarts. */
  readonly pauseMs: number;
  readonly say?: (line: string) => void;
}

export interface RollingReport extends Outcome {
  readonly queries: { readonly asked: number; readonly failed: readonly string[]; readonly failedTwice: readonly string[] };
  readonly restarts: number;
  /** Of those that were asked to end. */
  readonly exits: readonly (number | null)[];
  readonly slowestStopMs: number;
}

interface Stop {
  readonly exit: number | null;
  readonly stopMs: number;
}

export async function rollingRestart(cluster: Cluster, options: RollingOptions): Promise<RollingReport> {
  const traffic = Traffic.start(cluster, options.recordsPerSecond);
  const queries = new Queries(cluster.apis.port);
  // The first records make the index, which cannot be searched until then.
  await pause(1_000);
  const asking = queries.run();
  const stops = await restartAll(cluster, options);
  queries.stop();
  await Promise.all([asking, traffic.stop()]);
  return {
    ...(await judge(cluster, traffic)),
    queries,
    restarts: options.signals.length * NAMES.length,
    exits: stops.map(({ exit }) => exit),
    slowestStopMs: Math.round(Math.max(0, ...stops.map(({ stopMs }) => stopMs))),
  };
}

/** What became of those that were asked to end. */
async function restartAll(cluster: Cluster, { signals, pauseMs, say }: RollingOptions): Promise<Stop[]> {
  const stops: Stop[] = [];
  for (const signal of signals) {
    for (const name of NAMES) {
      const before = cluster.hub(name);
      const stop = await cluster.restart(name, signal);
      if (signal === 'SIGTERM') stops.push(stop);
      say?.(`${signal} ${name}: ${Math.round(stop.stopMs)} ms, ready again in ${Math.round(cluster.hub(name).readyMs)} ms`);
      if (signal === 'SIGTERM' && stop.exit !== 0) say?.(before.output().split('\n').slice(-20).join('\n'));
      await ready(cluster, name);
      await pause(pauseMs);
    }
  }
  return stops;
}

/** As whoever restarts one after the other does: the next one only when this one is back. */
async function ready(cluster: Cluster, name: Name): Promise<void> {
  while (!(await fetch(`${cluster.url(name)}/readyz`)).ok) await pause(50);
}
