import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ForwardClient, str } from './forward-client.js';

export interface SenderOptions {
  readonly port: number;
  /** Numbers of this sender are id, id + 4, id + 8, ... */
  readonly id: number;
  /** Mix stack traces in, whose lines carry numbers too. */
  readonly traces: boolean;
  readonly random: () => number;
  /** Between two chunks; none where absent. */
  readonly paceMs?: number;
}

/** While the hub is away. */
const RETRY_MS = 20;

/**
 * Sends chunks as a Forward client with `require_ack_response` does: one in flight; what is not acknowledged is sent
 * again under the same chunk id over a new connection.
 */
export class Sender {
  readonly acked: number[] = [];
  /** Chunks that were sent more than once. */
  resent = 0;
  /** The longest wait for an acknowledgement. */
  slowestMs = 0;
  private next: number;
  private stopped = false;
  private readonly client: ForwardClient;

  constructor(private readonly options: SenderOptions) {
    this.next = options.id;
    this.client = new ForwardClient(options.port);
  }

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      const numbers = Array.from({ length: 1 + Math.floor(this.options.random() * 200) }, () => (this.next += 4) - 4);
      const chunk = randomBytes(16).toString('base64');
      const frame = this.frame(numbers, chunk);
      let sent = 0;
      const began = performance.now();
      while (!(await this.client.exchange(frame, chunk, () => sent++))) await pause(RETRY_MS);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
      if (sent > 1) this.resent++;
      this.acked.push(...numbers);
      if (this.options.paceMs !== undefined) await pause(this.options.paceMs);
    }
    this.client.close();
  }

  private frame(numbers: readonly number[], chunk: string): Buffer {
    const seconds = Math.floor(Date.now() / 1_000);
    const time = Buffer.from([0x92, 0xce, seconds >>> 24, (seconds >>> 16) & 255, (seconds >>> 8) & 255, seconds & 255, 0x83]);
    const fields = Buffer.concat([str('container_id'), str(`${this.options.id}`.repeat(64)), str('source'), str('stdout'), str('log')]);
    const entries = numbers.map((number, at) => Buffer.concat([time, fields, str(this.line(number, at))]));
    const head = Buffer.concat([Buffer.from([0x93]), str('crash'), Buffer.from([0xdc, entries.length >> 8, entries.length & 255])]);
    return Buffer.concat([head, ...entries, Buffer.from([0x81]), str('chunk'), str(chunk)]);
  }

  private line(number: number, at: number): string {
    if (!this.options.traces || at % 10 > 3) return `order accepted lw_seq=${number}.`;
    return at % 10 === 0
      ? `java.lang.IllegalStateException: lw_seq=${number}. closed`
      : `\tat shop.Order.close(Order.java:1) lw_seq=${number}.`;
  }
}
