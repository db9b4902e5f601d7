import type { Coordination } from '#libs/coordination';
import { type TailCall, type TailMessage, TAILS, type TailSource } from '#libs/tail';
import type { Logger } from '#libs/telemetry';
import { type Problem, Stream } from './stream.js';

const LISTEN_AGAIN_MS = 1_000;
const LOOK_MS = 5_000;
/** At the end of the process a tail gets what is on disk, if that can be sent so soon. */
const FINISH_MS = 1_000;
/** Of four processes of the API with all the tails that they take. */
const MAX_STREAMS = 400;

export interface StreamsOptions {
  readonly coordination: Pick<Coordination, 'subscribe'>;
  readonly tail: TailSource & { readonly node: string };
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Tails of other processes: each is called out on a channel, and gets what it wants sent. */
export class Streams {
  private readonly streams = new Map<string, Stream>();
  private readonly running = new Set<Promise<void>>();
  private readonly looking: NodeJS.Timeout;
  private subscription: { close(): Promise<void> } | undefined;
  private listening: Promise<void>;
  private closed = false;
  /** Of the stream that ended last. */
  private problem: Problem | undefined;

  constructor(private readonly options: StreamsOptions) {
    this.listening = this.listen();
    this.looking = setInterval(() => this.look(), LOOK_MS);
    this.looking.unref();
  }

  /** After the doors: what they took is on disk, and is sent. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.looking);
    for (const stream of this.streams.values()) stream.finish();
    const late = setTimeout(() => this.closeAll(), FINISH_MS);
    await Promise.all(this.running);
    clearTimeout(late);
    await this.listening;
    await this.subscription?.close().catch(() => undefined);
  }

  private closeAll(): void {
    for (const stream of this.streams.values()) stream.close();
  }

  private async listen(): Promise<void> {
    const { coordination, log } = this.options;
    while (!this.closed) {
      try {
        this.subscription = await coordination.subscribe(TAILS, (message) => this.heard(message as TailMessage));
        return;
      } catch (error) {
        log.warn('tails of other processes cannot be heard', { reason: (error as Error).message });
        await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS));
      }
    }
  }

  private heard(message: TailMessage): void {
    const known = this.streams.get(message.id);
    if (message.kind === 'end') known?.close();
    else if (known !== undefined) known.calledAt = this.options.now();
    else if (!this.closed) this.open(message);
  }

  private open(call: TailCall): void {
    const { tail, log, now } = this.options;
    if (this.streams.size >= MAX_STREAMS) {
      log.warn('a tail is not served: there are too many', { limit: MAX_STREAMS });
      return;
    }
    const { query, places, sinceNs } = call;
    const feed = tail.open({ query, places, nowNs: BigInt(call.nowNs), ...(sinceNs !== undefined && { sinceNs: BigInt(sinceNs) }) });
    const stream = new Stream({ node: tail.node, call, feed, now });
    this.streams.set(call.id, stream);
    const running = stream.run().then((problem) => {
      this.running.delete(running);
      if (this.streams.get(call.id) === stream) this.streams.delete(call.id);
      this.report(call.url, problem);
    });
    this.running.add(running);
  }

  /** It is called again every two seconds while it is there: the same is said once. */
  private report(url: string, problem: Problem | undefined): void {
    if (problem !== undefined && problem.reason !== this.problem?.reason) {
      const level = problem.hint === undefined ? 'info' : 'warn';
      this.options.log[level]('a tail cannot be sent to; it is tried again while it is called for', { url, ...problem });
    }
    this.problem = problem;
  }

  /** A process that ended without a word calls no more. */
  private look(): void {
    for (const stream of this.streams.values()) if (stream.isForgotten) stream.close();
  }
}
