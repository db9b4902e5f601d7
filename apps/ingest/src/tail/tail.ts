/**
 * The live tail's side of ingest: a consumer of the journal beside drain and detect, without a cursor file, that holds
 * neither segments nor intake back. While nobody subscribes it reads nothing.
 */
import type { Cursor, Reader } from '#libs/journal';
import type { TailFeed, TailRequest, TailSource } from '#libs/tail';
import { Live, type LiveOptions } from './live.js';
import { Subscriber } from './subscriber.js';

/** What a store has taken is found by a search within a second. */
const SETTLE_MS = 1_000;

export interface TailOptions extends LiveOptions {
  /** What the store has taken. */
  readonly drain: Pick<Reader, 'cursor'>;
}

export class Tail implements TailSource {
  private readonly live: Live;
  private readonly subscribers = new Set<Subscriber>();
  private readonly settling: NodeJS.Timeout;
  /** All before it is found by a search: the store had taken it one to two seconds ago. */
  private stored: Cursor;
  private storedNext: Cursor;

  constructor(private readonly options: TailOptions) {
    this.live = new Live(options);
    this.stored = this.storedNext = options.drain.cursor;
    this.settling = setInterval(() => this.settle(), SETTLE_MS);
    this.settling.unref();
    options.metrics.atScrape(() => options.metrics.tailSubscribers.set(this.subscribers.size));
  }

  get node(): string {
    return this.options.journal.node;
  }

  open(request: TailRequest): TailFeed {
    const { journal, metrics, now } = this.options;
    const subscriber: Subscriber = new Subscriber({
      journal,
      live: this.live,
      request,
      stored: () => this.searchable,
      onRecords: (count) => metrics.tailRecords.inc(count),
      onDropped: () => metrics.tailDropped.inc(),
      onClose: () => this.subscribers.delete(subscriber),
      now,
    });
    this.subscribers.add(subscriber);
    return subscriber;
  }

  close(): void {
    clearInterval(this.settling);
    for (const subscriber of this.subscribers) subscriber.close();
  }

  /**
   * All before it is in the store. Reading can go on there with all parts of the joins that are open, which it cannot at the oldest
   * position of the journal: theirs may be in a file that was removed.
   */
  private get searchable(): Cursor {
    const { journal, drain } = this.options;
    return this.stored.from >= journal.oldest ? this.stored : drain.cursor;
  }

  private settle(): void {
    this.stored = this.storedNext;
    this.storedNext = this.options.drain.cursor;
  }
}
