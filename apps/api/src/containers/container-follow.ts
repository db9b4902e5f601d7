import { setTimeout as pause } from 'node:timers/promises';
import type { Query } from '#libs/query';
import { type OrderKey, StoreError, type SearchHit, type StoredRecord } from '#libs/store';
import type { Place, TailEvent, TailFeed, TailSource } from '#libs/tail';
import { ApiError } from '../errors.js';

/** Where no node says where it begins; over several nodes they are heard for a second. */
const BEGIN_MS = 2_000;
/** What is on disk is in the store by then, unless that is away. */
const STORED_MS = 10_000;

export interface FollowOptions {
  readonly tail: TailSource | undefined;
  /** Where this process ingests: resolves when the store has what is on disk. */
  readonly drained: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  readonly query: Query;
  readonly nowNs: bigint;
  readonly fromNs: bigint;
  readonly signal: AbortSignal;
}

/**
 * What comes behind what the store has. Each node tells where it begins: records before are in the store, those behind it come from
 * here, so that between the two there is neither a gap nor a double.
 */
export class Follow {
  private readonly begins = new Map<string, Place>();
  private readonly early: TailEvent[] = [];
  private coming: Promise<TailEvent | undefined> | undefined;

  private constructor(
    private readonly feed: TailFeed,
    private readonly fromNs: bigint,
  ) {}

  /** Throws `ApiError` where nothing tells what comes in, `StoreError` when the store does not catch up. */
  static async begin({ tail, drained, query, nowNs, fromNs, signal }: FollowOptions): Promise<Follow> {
    if (tail === undefined) throw new ApiError(503, 'tails_elsewhere', 'no ingest tells this process what comes in');
    // Who cannot ask whether the store has everything begins where the store is known to be.
    const feed = tail.open({ query, nowNs, places: {}, ...(drained === undefined && { sinceNs: fromNs }) });
    signal.addEventListener('abort', () => feed.close());
    const follow = new Follow(feed, fromNs);
    try {
      await follow.hearBegins(drained === undefined ? Infinity : 1);
      const isStored = await drained?.(AbortSignal.any([signal, AbortSignal.timeout(STORED_MS)]));
      if (isStored === false) throw new StoreError('store_unavailable', 'the store has not yet taken what came in', true);
      return follow;
    } catch (error) {
      feed.close();
      throw error;
    }
  }

  /** Whether the store's copy of a record counts: later ones come from here. */
  isPast({ node, sequence }: OrderKey): boolean {
    const begin = this.begins.get(node);
    return begin === undefined || sequence < begin.position;
  }

  /** Until the feed is closed. Throws when something is left out: text has no place to say so. */
  async *records(): AsyncGenerator<readonly Pick<SearchHit, 'record'>[]> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      if (event.kind === 'records') yield this.hitsOf(event);
      if (event.kind === 'dropped') throw new StoreError('store_aborted', 'it was read too slowly', true);
      if (event.kind === 'gap') throw new StoreError('store_aborted', event.reason, true);
      if (event.kind === 'missing' && !this.isOld(event))
        throw new StoreError('store_aborted', 'more came in than the journal keeps', true);
    }
  }

  close(): void {
    this.feed.close();
  }

  /** They come before everything else. */
  private async hearBegins(nodes: number): Promise<void> {
    const late = pause(BEGIN_MS, 'late' as const, { ref: false });
    while (this.begins.size < nodes) {
      this.coming ??= this.feed.next();
      const event = await Promise.race([this.coming, late]);
      if (event === 'late' || event === undefined) return;
      this.coming = undefined;
      if (event.kind !== 'begin') {
        this.early.push(event);
        return;
      }
      this.begins.set(event.node, event.place);
    }
  }

  private next(): Promise<TailEvent | undefined> {
    const early = this.early.shift();
    if (early !== undefined) return Promise.resolve(early);
    const { coming } = this;
    this.coming = undefined;
    return coming ?? this.feed.next();
  }

  private isOld({ node, to }: Extract<TailEvent, { kind: 'missing' }>): boolean {
    return to <= (this.begins.get(node)?.position ?? 0);
  }

  private hitsOf({ records }: Extract<TailEvent, { kind: 'records' }>): readonly Pick<SearchHit, 'record'>[] {
    const found = records.map(({ source }) => ({ record: JSON.parse(source.toString()) as StoredRecord }));
    return this.fromNs === 0n ? found : found.filter(({ record }) => timeOf(record) >= this.fromNs);
  }
}

/** Nine decimals, always: the normaliser writes them. */
function timeOf(record: StoredRecord): bigint {
  const text = String(record['@timestamp']);
  return BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1_000_000n + BigInt(text.slice(20, 29) || '0');
}
