import { setTimeout as pause } from 'node:timers/promises';
import { TailClient, type TailEventSeen } from './tail-client.js';

const AGAIN_MS = 50;

/** A tail that comes again with the id of the last event whenever it ends, as `EventSource` does. */
export class FollowingTail {
  readonly seen: TailEventSeen[] = [];
  /** How often it was open. */
  opened = 0;
  private lastId: string;
  private client: TailClient | undefined;
  private closed = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly api: string,
    private readonly path: string,
    from = '',
  ) {
    this.lastId = from;
    this.running = this.run();
  }

  /** How often each number (`lw_seq=<n>`) was told. */
  get numbers(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { event, data } of this.seen) {
      if (event !== 'record') continue;
      for (const [, digits] of String(data['message']).matchAll(/lw_seq=(\d+)/g)) {
        counts.set(Number(digits), (counts.get(Number(digits)) ?? 0) + 1);
      }
    }
    return counts;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.client?.close();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      const headers: Record<string, string> = this.lastId === '' ? {} : { 'last-event-id': this.lastId };
      const client = await TailClient.open(this.api, this.path, headers).catch(() => undefined);
      if (client === undefined) await pause(AGAIN_MS);
      else await this.follow(client);
    }
  }

  private async follow(client: TailClient): Promise<void> {
    this.client = client;
    this.opened++;
    if (this.closed) client.close();
    await new Promise<void>((resolve) => client.response.once('close', resolve));
    this.seen.push(...client.seen);
    if (client.lastId !== '') this.lastId = client.lastId;
  }
}
