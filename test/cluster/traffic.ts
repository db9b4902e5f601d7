import type { Ledger } from '../crash/alerts-ledger.js';
import type { Cluster } from './cluster.js';
import { Stream, STREAMS } from './stream.js';

let runs = 0;

/** Records with acknowledgements through the balancer, and in between facts that somebody must be told of. */
export class Traffic {
  /** Acknowledged records each second. */
  recordsPerSecond = 0;
  private readonly streams: readonly Stream[];
  private readonly running: Promise<unknown>;
  private readonly began = performance.now();
  /** How many streams had their part of a shared outage acknowledged. */
  private readonly parts = new Map<string, number>();

  private constructor(cluster: Cluster, recordsPerSecond: number) {
    const run = runs++;
    const { port } = cluster.doors;
    const each = {
      port,
      ledger: cluster.ledger,
      recordsPerSecond: recordsPerSecond / STREAMS,
      number: () => cluster.nextNumber++,
      beganMs: Date.now(),
      shared: (shop: string) => this.addPart(shop, cluster.ledger),
    };
    this.streams = Array.from({ length: STREAMS }, (_, at) => new Stream({ ...each, name: `${run}-${at}`, address: `127.0.0.${11 + at}` }));
    this.running = Promise.all(this.streams.map((stream) => stream.run()));
  }

  static start(cluster: Cluster, recordsPerSecond: number): Traffic {
    return new Traffic(cluster, recordsPerSecond);
  }

  /** Records that were given to a connection, acknowledged or not. */
  get sent(): number {
    return this.streams.reduce((sum, { sent }) => sum + sent, 0);
  }

  get acked(): number[] {
    return this.streams.flatMap(({ acked }) => acked);
  }

  /** Chunks that were sent more than once. */
  get resent(): number {
    return this.streams.reduce((sum, { resent }) => sum + resent, 0);
  }

  get slowestAckMs(): number {
    return Math.round(Math.max(...this.streams.map(({ slowestMs }) => slowestMs)));
  }

  /** Every chunk that was begun is acknowledged before this ends. */
  async stop(): Promise<void> {
    this.recordsPerSecond = Math.round(this.acked.length / ((performance.now() - this.began) / 1_000));
    for (const stream of this.streams) stream.stop();
    await this.running;
  }

  /** Streams end at different chunks: an outage counts when all of them had it. */
  private addPart(shop: string, ledger: Ledger): void {
    const parts = (this.parts.get(shop) ?? 0) + 1;
    this.parts.set(shop, parts);
    if (parts === STREAMS) ledger.outages.set(shop, 1);
  }
}
