import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 50;
const TIMEOUT_MS = 10_000;

/** Searches through the balancer before the APIs, one after the other, from two addresses so that both APIs are asked. */
export class Queries {
  asked = 0;
  /** Why queries failed that were not tried again. */
  readonly failed: string[] = [];
  /** The same for those whose second try failed as well. */
  readonly failedTwice: string[] = [];
  private stopped = false;

  constructor(private readonly port: number) {}

  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      const from = `127.0.0.${51 + (this.asked++ % 2)}`;
      const failure = await this.ask(from);
      if (failure !== undefined) {
        this.failed.push(failure);
        await pause(500);
        const again = await this.ask(from);
        if (again !== undefined) this.failedTwice.push(again);
      }
      await pause(EVERY_MS);
    }
  }

  /** Undefined when it was answered as it should be. */
  private ask(localAddress: string): Promise<string | undefined> {
    const host = '127.0.0.1';
    const options = { host, port: this.port, localAddress, path: '/api/v1/logs?limit=1&from=now-1h', agent: false, timeout: TIMEOUT_MS };
    return new Promise((resolve) => {
      const request = http.get(options, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.on('end', () => resolve(response.statusCode === 200 ? undefined : `${response.statusCode} ${text.slice(0, 200)}`));
        response.on('error', (error) => resolve(error.message));
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      request.on('error', (error) => resolve(error.message));
    });
  }
}
