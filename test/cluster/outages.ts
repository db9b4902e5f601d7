/** Takes a server away from a whole cluster under load, and brings it back; then counts. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TcpGate } from '../support/tcp-gate.js';
import type { Cluster } from './cluster.js';
import { Traffic } from './traffic.js';
import { judge, type Outcome } from './verdict.js';

export interface OutageOptions {
  readonly recordsPerSecond: number;
  readonly awayMs: number;
}

export interface OutageReport extends Outcome {
  /** Webhooks that were accepted while the server was away. */
  readonly toldMeanwhile: number;
}

/** Load goes on this long before and after. */
const AROUND_MS = 3_000;

async function outage(cluster: Cluster, { recordsPerSecond, awayMs }: OutageOptions, away: () => Promise<() => Promise<void>>) {
  const { accepted } = cluster.receiver;
  const traffic = Traffic.start(cluster, recordsPerSecond);
  await pause(AROUND_MS);
  const back = await away();
  const before = accepted.length;
  await pause(awayMs);
  const toldMeanwhile = accepted.length - before;
  await back();
  await pause(AROUND_MS);
  await traffic.stop();
  return { ...(await judge(cluster, traffic)), toldMeanwhile };
}

export function redisAway(cluster: Cluster, options: OutageOptions): Promise<OutageReport> {
  return outage(cluster, options, async () => {
    await cluster.redis.stop('SIGKILL');
    return () => cluster.redis.restart();
  });
}

/** Everything that Redis held is gone at once, while it stays there. */
export function redisEmptied(cluster: Cluster, options: OutageOptions): Promise<OutageReport> {
  return outage(cluster, options, async () => {
    await cluster.redis.empty();
    return async () => undefined;
  });
}

/** Killed, and started again after that time: longer than others wait for its clock. */
export function ingestAway(cluster: Cluster, options: OutageOptions): Promise<OutageReport> {
  return outage(cluster, options, async () => {
    await cluster.end('ingest-1', 'SIGKILL');
    return () => cluster.begin('ingest-1');
  });
}

/** `gate`: the only way from the cluster to its Elasticsearch. */
export function elasticsearchAway(cluster: Cluster, gate: TcpGate, options: OutageOptions): Promise<OutageReport> {
  return outage(cluster, options, async () => {
    await gate.shut();
    return () => gate.raise();
  });
}
