import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readOptional, replaceFile } from '#libs/disk';
import type { Logger } from '#libs/telemetry';
import type { Line } from './line.js';
import { Sender } from './sender.js';
import { shopLines } from './shop.js';

/** What is there at once, so that a histogram has a shape. */
const HISTORY_SECONDS = 3_600;
/** Of the history, sent at once: some hundred lines. */
const STEP_SECONDS = 60;
/** How often new lines are sent. */
const TICK_MS = 250;
/** A process that is killed tells so much twice. */
const SAVE_MS = 1_000;
/** After a door that did not answer. */
const AGAIN_MS = 1_000;
/** The same shop for everybody. */
const SEED = 20_261_121;

export interface DemoOptions {
  /** Of the forward door: `tcp://127.0.0.1:24224`. */
  readonly address: string;
  /** Here stands how far it has come, so that a restart goes on instead of telling the last hour again. */
  readonly dataDir: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** A small shop whose containers log, without containers: an hour of history, then a few lines a second. */
export class Demo {
  private readonly ending = new AbortController();
  private readonly sender: Sender;
  private readonly file: string;
  private readonly running: Promise<void>;
  private untilMs: number | undefined;
  private savedMs = 0;

  private constructor(
    private readonly options: DemoOptions,
    private toldMs: number,
  ) {
    const { hostname, port } = new URL(options.address.replace(/^\w+:/, 'http:'));
    this.sender = new Sender({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) });
    this.file = fileOf(options);
    this.running = this.run();
  }

  static start(options: DemoOptions): Demo {
    const nowMs = options.now();
    const toldMs = Number(readOptional(fileOf(options)) ?? 0);
    const firstMs = nowMs - HISTORY_SECONDS * 1_000;
    options.log.info('demo: a small shop is logging', { since: new Date(Math.max(toldMs, firstMs)).toISOString() });
    return new Demo(options, Math.min(nowMs, Math.max(toldMs || 0, firstMs)));
  }

  async close(): Promise<void> {
    this.ending.abort();
    await this.running;
    this.sender.close();
    await replaceFile(this.file, String(this.toldMs));
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      const wait = await this.step().catch((error: unknown) => this.failed(error));
      if (wait > 0) await pause(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Tells what happened since the last time, an old minute or a quarter of a second; gives how long to wait. */
  private async step(): Promise<number> {
    const nowMs = this.options.now();
    // What failed is sent again as it was.
    const toMs = (this.untilMs ??= Math.min(nowMs, this.toldMs + STEP_SECONDS * 1_000));
    await this.sender.send(`${this.toldMs}-${toMs}`, between(this.toldMs, toMs), this.ending.signal);
    this.toldMs = toMs;
    this.untilMs = undefined;
    if (toMs - this.savedMs >= SAVE_MS) {
      await replaceFile(this.file, String(toMs));
      this.savedMs = toMs;
    }
    return toMs < nowMs ? 0 : TICK_MS;
  }

  private failed(error: unknown): number {
    if (!this.ending.signal.aborted) this.options.log.warn('demo: lines cannot be sent', { reason: (error as Error).message });
    return AGAIN_MS;
  }
}

const fileOf = ({ dataDir }: DemoOptions): string => path.join(dataDir, 'demo-told');

/** What takes a visitor's request longest, and a mail after it: lines of a second come so much later at most. */
const LONGEST_SECONDS = 20;

/** Lines of `[fromMs, toMs)`, in the order of time. */
export function between(fromMs: number, toMs: number): Line[] {
  const lines: Line[] = [];
  for (let second = Math.floor(fromMs / 1_000) - LONGEST_SECONDS; second * 1_000 < toMs; second++) {
    lines.push(...shopLines(second, SEED).filter(({ atMs }) => atMs >= fromMs && atMs < toMs));
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}
