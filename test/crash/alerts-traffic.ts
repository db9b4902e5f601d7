import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Collected } from '../support/collector.js';
import type { Ledger } from './alerts-ledger.js';
import { ForwardClient, str } from './forward-client.js';

export interface TrafficOptions {
  readonly port: number;
  readonly id: number;
  readonly random: () => number;
  readonly ledger: Ledger;
  readonly accepted: readonly Collected[];
}

/** While nobody listens. */
const RETRY_MS = 20;
/** Chunks of one sender are at most so far apart. */
const LONGEST_PAUSE_MS = 250;
/** What the rules say: so many timeouts of a shop within two seconds are an outage. */
const OUTAGE_RECORDS = 3;

/**
 * Records with orders that were refused and shops in which much times out, in acknowledged chunks of a Forward client. A
 * shop that was told of to the end may fail again.
 */
export class Traffic {
  /** Chunks that were sent more than once. */
  resent = 0;
  private next = 0;
  private stopped = false;
  private readonly failing = new Set<string>();
  private readonly client: ForwardClient;

  constructor(private readonly options: TrafficOptions) {
    this.client = new ForwardClient(options.port);
  }

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      await this.chunk();
      await pause(this.options.random() * LONGEST_PAUSE_MS);
    }
    this.client.close();
  }

  private async chunk(): Promise<void> {
    const { random, ledger } = this.options;
    const orders = random() < 0.4 ? Array.from({ length: 1 + Math.floor(random() * 3) }, () => this.name('o')) : [];
    const shop = random() < 0.15 ? this.shop() : undefined;
    const lines = [
      ...orders.map((order) => ({ message: 'payment refused', order })),
      ...Array.from({ length: shop === undefined ? 0 : OUTAGE_RECORDS }, () => ({ message: 'timeout', shop })),
      ...Array.from({ length: Math.floor(random() * 20) }, () => ({ message: 'order accepted', order: 'none' })),
    ];
    const chunk = randomBytes(16).toString('base64');
    const frame = frameOf(lines, chunk);
    let sent = 0;
    while (!(await this.client.exchange(frame, chunk, () => sent++))) await pause(RETRY_MS);
    if (sent > 1) this.resent++;
    for (const order of orders) ledger.orders.add(order);
    if (shop !== undefined) ledger.outages.set(shop, (ledger.outages.get(shop) ?? 0) + 1);
  }

  /** A new one, or now and then one whose outages are over and told. */
  private shop(): string {
    const { random, ledger, accepted } = this.options;
    if (random() < 0.4) {
      const over = ledger.quiet(accepted).filter((shop) => this.failing.has(shop));
      const again = over[Math.floor(random() * over.length)];
      if (again !== undefined) return again;
    }
    const shop = this.name('s');
    this.failing.add(shop);
    return shop;
  }

  private name(kind: string): string {
    return `${kind}${this.options.id}-${this.next++}`;
  }
}

/** Forward mode with a time of whole seconds, as Docker's driver sends JSON lines of an application. */
function frameOf(lines: readonly object[], chunk: string): Buffer {
  const seconds = Math.floor(Date.now() / 1_000);
  const time = Buffer.from([0x92, 0xce, seconds >>> 24, (seconds >>> 16) & 255, (seconds >>> 8) & 255, seconds & 255, 0x83]);
  const fields = Buffer.concat([str('container_id'), str('7'.repeat(64)), str('source'), str('stdout'), str('log')]);
  const entries = lines.map((line) => Buffer.concat([time, fields, str(JSON.stringify(line))]));
  const head = Buffer.concat([Buffer.from([0x93]), str('crash'), Buffer.from([0xdc, entries.length >> 8, entries.length & 255])]);
  return Buffer.concat([head, ...entries, Buffer.from([0x81]), str('chunk'), str(chunk)]);
}
