/** What became of a run of traffic: in Elasticsearch by the number in each record, at the receiver by webhook id. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Verdict } from '../crash/alerts-ledger.js';
import { storedNumbers } from '../crash/stored.js';
import type { Cluster } from './cluster.js';
import type { Traffic } from './traffic.js';

export interface Outcome {
  readonly sent: number;
  readonly acked: number;
  /** Of those acknowledged. */
  readonly stored: number;
  readonly recordsPerSecond: number;
  readonly lost: readonly number[];
  readonly double: readonly number[];
  /** Chunks that were sent more than once. */
  readonly resent: number;
  readonly slowestAckMs: number;
  /** Since the cluster began. */
  readonly alerts: Verdict;
}

/** When nobody was told of anything for so long, nobody will be: a notice that failed is tried again after 30 s at most. */
const TOLD_WITHIN_MS = 60_000;
/** What is told twice comes late. */
const AFTERWARDS_MS = 3_000;
const VISIBLE_WITHIN_MS = 10_000;

/** Of traffic that was stopped. */
export async function judge(cluster: Cluster, traffic: Traffic): Promise<Outcome> {
  await cluster.drained();
  const alerts = await told(cluster);
  const { acked } = traffic;
  const counts = await stored(cluster, acked);
  const lost = acked.filter((number) => !counts.has(number));
  return {
    sent: traffic.sent,
    acked: acked.length,
    stored: acked.length - lost.length,
    recordsPerSecond: traffic.recordsPerSecond,
    lost,
    double: [...counts].filter(([, times]) => times > 1).map(([number]) => number),
    resent: traffic.resent,
    slowestAckMs: traffic.slowestAckMs,
    alerts,
  };
}

async function told(cluster: Cluster): Promise<Verdict> {
  const { ledger } = cluster;
  const { accepted } = cluster.receiver;
  let heard = accepted.length;
  let deadline = performance.now() + TOLD_WITHIN_MS;
  while (ledger.judge(accepted, cluster.spared).missing.length > 0 && performance.now() < deadline) {
    await pause(200);
    if (accepted.length > heard) deadline = performance.now() + TOLD_WITHIN_MS;
    heard = accepted.length;
  }
  await pause(AFTERWARDS_MS);
  return ledger.judge(accepted, cluster.spared);
}

async function stored(cluster: Cluster, acked: readonly number[]): Promise<Map<number, number>> {
  const deadline = performance.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const counts = await storedNumbers('elasticsearch', cluster.hub('ingest-1'), cluster.namespace);
    if (performance.now() > deadline || acked.every((number) => counts.has(number))) return counts;
    await pause(500);
  }
}
