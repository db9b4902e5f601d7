/**
 * `write`: one attempt at a batch, and a verdict on each of its records.
 *
 * The usual way is one request with the journal's bytes as they are and an answer of 16 bytes. Whatever else comes back, and
 * every repeat, goes the careful way (careful-writer.ts).
 */
import { StoreError } from '../errors.js';
import type { WriteBatch, WriteOutcome } from '../log-store.js';
import { addressBulk, type Addressed } from './addressing.js';
import { Attempt } from './attempt.js';
import type { BackOff } from './back-off.js';
import { conflictId, SHORT_FILTER, type BulkItem, type Failure } from './bulk-answer.js';
import { splitBulk } from './bulk-lines.js';
import { CarefulWriter, type CarefulParts } from './careful-writer.js';

export interface BulkWriterParts extends CarefulParts {
  readonly backOff: BackOff;
  /** The templates were found missing. */
  readonly templateMissing: () => void;
}

const NO_CONFLICTS: ReadonlySet<string> = new Set();

export class BulkWriter {
  readonly #careful: CarefulWriter;
  #mark: string | undefined;
  #trouble = '';

  constructor(private readonly parts: BulkWriterParts) {
    this.#careful = new CarefulWriter(parts);
  }

  /** Why the last write did not go through, or could not begin; empty when it did. */
  get trouble(): string {
    return this.#trouble;
  }

  async mark(): Promise<string> {
    try {
      this.#mark = await this.parts.mark();
    } catch (error) {
      // Nothing is written before it is read, so no write would tell of it.
      if (error instanceof StoreError) this.#trouble = error.message;
      throw error;
    }
    return this.#mark;
  }

  async write(batch: WriteBatch): Promise<WriteOutcome> {
    if (batch.count === 0) return outcomeOf(0);
    const isFresh = batch.since === undefined;
    const addressed = isFresh && batch.bulk.length <= this.#careful.size.most ? addressBulk(batch.bulk, this.parts.layout) : undefined;
    try {
      await this.parts.ready(addressed?.targets ?? []);
      // Read before the first byte is sent, so that a repeat inside this call knows from where to look, too.
      const since = batch.since ?? this.#mark ?? (await this.mark());
      if (addressed !== undefined) return await this.#writeFresh(batch, addressed, since);
      return await this.#writeCarefully(batch, since, isFresh ? undefined : NO_CONFLICTS);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return this.#retryAll(batch, { reason: error.message, leastMs: 0 });
    }
  }

  async #writeFresh(batch: WriteBatch, { target, body }: Addressed, since: string): Promise<WriteOutcome> {
    const reply = await this.parts.sender.send(target, body, SHORT_FILTER);
    switch (reply.kind) {
      case 'stored':
        this.#careful.size.passed();
        this.#succeeded();
        return outcomeOf(batch.count);
      case 'failed':
        if (reply.failure.overloaded) this.#careful.size.overloaded(body.length);
        return this.#retryAll(batch, reply.failure);
      case 'too_large':
        this.#careful.tooLarge(body.length);
        return this.#writeCarefully(batch, since);
      case 'malformed':
        return this.#writeCarefully(batch, since);
      case 'items':
        this.#careful.size.passed();
        return this.#settleItems(batch, since, reply.items);
    }
  }

  /** Only conflicts: nothing to send again. Anything else: which record it was takes the full answer. */
  async #settleItems(batch: WriteBatch, since: string, items: readonly BulkItem[]): Promise<WriteOutcome> {
    const conflicts = new Set(items.map(conflictId).filter((id) => id !== undefined));
    if (conflicts.size < items.length) return this.#writeCarefully(batch, since, conflicts);
    this.#succeeded();
    return { ...outcomeOf(batch.count - conflicts.size), duplicate: conflicts.size };
  }

  /** `conflicts` is left out when no record of the batch was stored by us before. */
  async #writeCarefully(batch: WriteBatch, since: string, conflicts?: ReadonlySet<string>): Promise<WriteOutcome> {
    const attempt = new Attempt(splitBulk(batch.bulk), conflicts !== undefined, conflicts ?? NO_CONFLICTS);
    for (const record of attempt.records) {
      if (record.id === undefined)
        attempt.rejected(record, 'malformed_action', 'the action line is no create with an _id of 1 to 512 bytes');
    }
    try {
      await this.#careful.write(attempt, since);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      attempt.failAll({ reason: error.message, leastMs: 0 });
    }
    const outcome = attempt.outcome();
    if (attempt.failure === undefined) {
      this.#succeeded();
      return outcome;
    }
    return { ...outcome, ...this.#failed(attempt.failure) };
  }

  #succeeded(): void {
    this.#trouble = '';
    this.parts.backOff.succeeded();
  }

  #failed(failure: Failure): { readonly retryAfterMs: number; readonly reason: string } {
    this.#trouble = failure.reason;
    this.parts.count('write_failed');
    if (failure.templateMissing) this.parts.templateMissing();
    return { retryAfterMs: this.parts.backOff.failed(failure.leastMs), reason: failure.reason };
  }

  #retryAll(batch: WriteBatch, failure: Failure): WriteOutcome {
    const retry = Array.from({ length: batch.count }, (_, index) => index);
    return { ...outcomeOf(0), retry, ...this.#failed(failure) };
  }
}

function outcomeOf(stored: number): WriteOutcome {
  return { stored, duplicate: 0, rejected: [], retry: [], expired: 0 };
}
