import { setTimeout as pause } from 'node:timers/promises';
import { formatTime, toPredicate, type Query } from '#libs/query';
import type { ApiParts } from '../api-parts.js';
import type { DeadLetterDesk } from '../dead-letters/dead-letter-desk.js';
import type { Counted, Question } from './confirmation.js';

/** Records that were acknowledged before are with the store by then, unless it is away. */
const DRAIN_MS = 120_000;
/** Where the journals are other processes': healthy ones hand on within a second. */
const SETTLE_MS = 10_000;
const LETTERS = 200;

const UNDRAINED = 'records that came in before may still be in a journal: count and delete again when logweir_journal_unread_bytes is 0';

export interface DeletionState extends Question {
  readonly id: string;
  readonly state: 'running' | 'done' | 'cancelled' | 'failed';
  /** Counted before it was confirmed. */
  readonly matched: number;
  readonly deleted: number;
  /** What the store found when it began. */
  readonly total: number;
  readonly dead_letters: number;
  readonly started: string;
  readonly ended?: string;
  /** Of a failed one, for a person. */
  readonly reason?: string;
  readonly warnings: readonly string[];
}

export interface DeletionOrder {
  readonly id: string;
  readonly question: Question;
  readonly counted: Counted;
  readonly query: Query;
}

/** One deletion: dead letters, then what is stored, once everything that came before it is. */
export class DeletionJob {
  state: DeletionState;
  private readonly cancelled = new AbortController();

  constructor(
    private readonly parts: ApiParts,
    private readonly order: DeletionOrder,
  ) {
    const { id, question, counted } = order;
    const range = { from: formatTime(counted.fromNs), to: formatTime(counted.toNs) };
    const nothing = { deleted: 0, total: counted.matched, dead_letters: 0, warnings: [] };
    this.state = { id, ...question, ...range, state: 'running', matched: counted.matched, ...nothing, started: this.now() };
  }

  /** Never rejects: how it ended is in the state. */
  async run(): Promise<void> {
    const { signal } = this.cancelled;
    try {
      await this.deleteLetters(signal);
      const drained = await this.drained(signal);
      await this.deleteStored(signal);
      if (this.parts.drained === undefined) {
        await pause(SETTLE_MS, undefined, { signal });
        await this.deleteStored(signal);
      }
      this.end({ state: 'done', ...(drained ? {} : { warnings: [UNDRAINED] }) });
    } catch (error) {
      if (signal.aborted) this.end({ state: 'cancelled' });
      else this.end({ state: 'failed', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  cancel(): void {
    this.cancelled.abort();
  }

  private async deleteStored(signal: AbortSignal): Promise<void> {
    const before = this.state.deleted;
    for await (const { deleted, total } of this.parts.deleter.deleteMatching(this.order.query, this.order.counted, signal)) {
      this.state = { ...this.state, deleted: before + deleted, total: before + total };
    }
  }

  /** False when the store is too far behind to wait for it. */
  private async drained(signal: AbortSignal): Promise<boolean> {
    if (this.parts.drained === undefined) return false;
    const late = AbortSignal.timeout(DRAIN_MS);
    const drained = await this.parts.drained(AbortSignal.any([signal, late]));
    signal.throwIfAborted();
    return drained;
  }

  private async deleteLetters(signal: AbortSignal): Promise<void> {
    const desk = this.parts.deadLetters;
    if (desk === undefined) return;
    for await (const id of this.matchingLetters(desk)) {
      signal.throwIfAborted();
      if (await desk.remove(id)) this.state = { ...this.state, dead_letters: this.state.dead_letters + 1 };
    }
  }

  private async *matchingLetters(desk: DeadLetterDesk): AsyncGenerator<string> {
    const { query, counted } = this.order;
    const matches = toPredicate(query, { nowNs: BigInt(this.parts.now()) * 1_000_000n });
    let after: string | undefined;
    do {
      const page = await desk.list({ limit: LETTERS, ...(after === undefined ? {} : { after }) });
      for (const { id, at, record } of page.items) {
        // The time may be what the store refused.
        const ms = Date.parse(String(record['@timestamp'])) || Date.parse(at);
        const ns = BigInt(ms) * 1_000_000n;
        if (ns >= counted.fromNs && ns < counted.toNs && matches(record)) yield id;
      }
      after = page.next;
    } while (after !== undefined);
  }

  private end(end: Partial<DeletionState>): void {
    this.state = { ...this.state, ...end, ended: this.now() };
  }

  private now(): string {
    return new Date(this.parts.now()).toISOString();
  }
}
