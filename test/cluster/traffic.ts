import { Ledger } from '../crash/alerts-ledger.js';
import type { Cluster } from './cluster.js';
import { Stream } from './stream.js';

/** Each from an address of its own, so that the balancer spreads them. */
const STREAMS = 8;
let runs = 0;

/** Records with acknowledgements through the balancer, and in between facts that somebody must be told of. */
export class Traffic {
  readonly ledger = new Ledger(false);
  /** Acknowledged records each second. */
  recordsPerSecond = 0;
  private readonly streams: readonly Stream[];
  private readonly running: Promise<unknown>;
  private readonly began = performance.now();

  private constructor(cluster: Cluster, recordsPerSecond: number) {
    const run = runs++;
    const { port } = cluster.doors;
    const each = { port, ledger: this.ledger, recordsPerSecond: recordsPerSecond / STREAMS, number: () => cluster.nextNumber++ };
    this.streams = Array.from({ length: STREAMS }, (_, at) => new Stream({ ...each, name: `${run}-${at}`, address: `127.0.0.${11 + at}` }));
    this.running = Promise.all(this.streams.map((stream) => stream.run()));
  }

  static start(cluster: Cluster, recordsPerSecond: number): Traffic {
    return new Traffic(cluster, recordsPerSecond);
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
}
