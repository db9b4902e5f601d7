import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ledger } from '../crash/alerts-ledger.js';
import { ForwardClient, str } from '../crash/forward-client.js';

export interface StreamOptions {
  readonly port: number;
  /** Of its connections; a balancer by source address keeps them together. */
  readonly address: string;
  /** Of all its records. */
  readonly name: string;
  readonly recordsPerSecond: number;
  /** Beside its records, facts that somebody must be told of. */
  readonly ledger: Ledger;
  /** Each record has a number of its own, over all streams. */
  readonly number: () => number;
  /** When all streams began, epoch milliseconds. */
  readonly beganMs: number;
  /** Of an outage of which every stream has one record only, this one's is acknowledged. */
  readonly shared: (shop: string) => void;
}

/** Each from an address of its own, so that the balancer spreads them. */
export const STREAMS = 8;
const CHUNKS_PER_SECOND = 5;
/** While nobody listens. */
const RETRY_MS = 20;
/** Every so many chunks one has an order that was refused, and one a shop in which much times out. */
const ORDER_EVERY = 20;
const SHOP_EVERY = 50;
/** And every so many have a part in an outage that all streams have together: only the sum over both nodes reaches its threshold. */
const SHARED_EVERY = 10;

/** A sender with `require_ack_response` at an even pace: what is not acknowledged is sent again, the same bytes under the same chunk id. */
export class Stream {
  readonly acked: number[] = [];
  /** Records that were given to a connection, acknowledged or not. */
  sent = 0;
  /** Chunks that were sent more than once. */
  resent = 0;
  /** The longest that a chunk had to wait for its acknowledgement. */
  slowestMs = 0;
  private chunks = 0;
  private stopped = false;
  private readonly client: ForwardClient;

  constructor(private readonly options: StreamOptions) {
    this.client = new ForwardClient(options.port, options.address);
  }

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    const began = performance.now();
    while (!this.stopped) {
      await this.chunk();
      // What an outage held up is sent as fast as it goes.
      const due = began + (this.chunks * 1_000) / CHUNKS_PER_SECOND;
      await pause(Math.max(0, due - performance.now()));
    }
    this.client.close();
  }

  private async chunk(): Promise<void> {
    const { recordsPerSecond, number, ledger, name, beganMs, shared } = this.options;
    const at = this.chunks++;
    const numbers = Array.from({ length: Math.round(recordsPerSecond / CHUNKS_PER_SECOND) }, number);
    const order = at % ORDER_EVERY === 0 ? `o-${name}-${at}` : undefined;
    const shop = at % SHOP_EVERY === 0 ? `s-${name}-${at}` : undefined;
    const together = at % SHARED_EVERY === 0 ? `t-${beganMs}-${at}` : undefined;
    const lines = [
      ...numbers.map((n) => ({ message: `order accepted lw_seq=${n}.` })),
      ...(order === undefined ? [] : [{ message: 'payment refused', order }]),
      ...(shop === undefined ? [] : [1, 2, 3].map(() => ({ message: 'timeout', shop }))),
      ...(together === undefined ? [] : [{ message: 'quota', shop: together }]),
    ];
    const began = performance.now();
    this.sent += numbers.length;
    // What belongs together is of one second, also where a stream was held up.
    const sent = await this.deliver(lines, together === undefined ? Date.now() : beganMs + (at * 1_000) / CHUNKS_PER_SECOND);
    this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
    if (sent > 1) this.resent++;
    this.acked.push(...numbers);
    if (order !== undefined) ledger.orders.add(order);
    if (shop !== undefined) ledger.outages.set(shop, 1);
    if (together !== undefined) shared(together);
  }

  /** How often it had to be sent. */
  private async deliver(lines: readonly object[], atMs: number): Promise<number> {
    const chunk = randomBytes(16).toString('base64');
    const frame = frameOf(lines, chunk, atMs);
    let sent = 0;
    while (!(await this.client.exchange(frame, chunk, () => sent++))) await pause(RETRY_MS);
    return sent;
  }
}

const FIELDS = Buffer.concat([str('container_id'), str('c'.repeat(64)), str('source'), str('stdout'), str('log')]);

/** Forward mode with a time of whole seconds, as Docker's driver sends JSON lines of an application. */
export function frameOf(lines: readonly object[], chunk: string, atMs = Date.now()): Buffer {
  const time = Buffer.from([0x92, 0xce, 0, 0, 0, 0, 0x83]);
  time.writeUInt32BE(Math.floor(atMs / 1_000), 2);
  const entries = lines.flatMap((line) => [time, FIELDS, str(JSON.stringify(line))]);
  const head = [Buffer.from([0x93]), str('cluster'), Buffer.from([0xdc, lines.length >> 8, lines.length & 255])];
  return Buffer.concat([...head, ...entries, Buffer.from([0x81]), str('chunk'), str(chunk)]);
}
