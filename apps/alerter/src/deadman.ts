import { request } from 'undici';
import type { Logger } from '#libs/telemetry';

const TIMEOUT_MS = 10_000;

export interface DeadmanOptions {
  /** None when empty. */
  readonly deadmanUrl: string;
  readonly deadmanInterval: number;
  /** Alerts are looked after, by this process. */
  readonly isAlive: () => boolean;
  readonly log: Logger;
}

/** Asks a URL as long as alerts are looked after: who watches it learns when they are not, though nobody could be told. */
export class Deadman {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DeadmanOptions) {}

  start(): void {
    if (this.options.deadmanUrl === '') return;
    void this.ask();
    this.timer = setInterval(() => void this.ask(), this.options.deadmanInterval);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async ask(): Promise<void> {
    if (!this.options.isAlive()) return;
    try {
      const { statusCode, body } = await request(this.options.deadmanUrl, {
        method: 'POST',
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      await body.dump();
      if (statusCode >= 400) this.options.log.warn('the dead man’s URL refuses', { status: statusCode });
    } catch (error) {
      this.options.log.warn('the dead man’s URL cannot be asked', { reason: (error as Error).message });
    }
  }
}
