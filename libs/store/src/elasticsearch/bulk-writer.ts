/**
 * `write`: one attempt at a batch, and a verdict on each of its records.
 *
 * The usual way is one request with the journal's bytes as they are and an answer of 16 bytes. Whatever else comes back, and
 * every repeat, goes the careful way: look for what is stored already, send the rest with the full filter, cut what is too
 * large in halves, fold what is refused, and take back copies that a rollover in the meantime let in.
 */
import { StoreError } from '../errors.js';
import type { WriteBatch, WriteOutcome } from '../log-store.js';
import { Attempt } from './attempt.js';
import { indicesSince, type BackingIndices } from './backing-indices.js';
import type { BackOff } from './back-off.js';
import { conflictId, FULL_FILTER, judge, SHORT_FILTER, type BulkItem, type Failure } from './bulk-answer.js';
import { joinBulk, splitBulk, type BulkRecord } from './bulk-lines.js';
import type { BulkSender, Reply } from './bulk-sender.js';
import { foldRecord } from './folding.js';
import type { ElasticsearchOddity } from './options.js';
import { RequestSize } from './request-size.js';

export interface BulkWriterParts {
  readonly sender: BulkSender;
  readonly indices: BackingIndices;
  readonly backOff: BackOff;
  /** Resolves when the templates are in place; throws `StoreError`. */
  readonly ready: () => Promise<void>;
  /** The templates were found missing. */
  readonly templateMissing: () => void;
  readonly count: (reason: ElasticsearchOddity) => void;
}

interface Refused {
  readonly record: BulkRecord;
  readonly type: string;
  readonly reason: string;
}

const NO_CONFLICTS: ReadonlySet<string> = new Set();

export class BulkWriter {
  #mark: string | undefined;
  readonly #size = new RequestSize();
  #trouble = '';

  constructor(private readonly parts: BulkWriterParts) {}

  /** Why the last write did not go through; empty when it did. */
  get trouble(): string {
    return this.#trouble;
  }

  async mark(): Promise<string> {
    this.#mark = (await this.parts.indices.list()).at(-1) ?? '';
    return this.#mark;
  }

  async write(batch: WriteBatch): Promise<WriteOutcome> {
    if (batch.count === 0) return outcomeOf(0);
    try {
      await this.parts.ready();
      // Read before the first byte is sent, so that a repeat inside this call knows from where to look, too.
      const since = batch.since ?? this.#mark ?? (await this.mark());
      return batch.since === undefined ? await this.#writeFresh(batch, since) : await this.#writeCarefully(batch, since, NO_CONFLICTS);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return this.#retryAll(batch, { reason: error.message, leastMs: 0 });
    }
  }

  async #writeFresh(batch: WriteBatch, since: string): Promise<WriteOutcome> {
    if (batch.bulk.length > this.#size.most) return this.#writeCarefully(batch, since);
    const reply = await this.parts.sender.send(batch.bulk, SHORT_FILTER);
    switch (reply.kind) {
      case 'stored':
        this.#succeeded();
        return outcomeOf(batch.count);
      case 'failed':
        if (reply.failure.overloaded) this.#size.overloaded(batch.bulk.length);
        return this.#retryAll(batch, reply.failure);
      case 'too_large':
        this.#tooLarge(batch.bulk.length);
        return this.#writeCarefully(batch, since);
      case 'malformed':
        return this.#writeCarefully(batch, since);
      case 'items':
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
      await this.#repeat(attempt, since);
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

  async #repeat(attempt: Attempt, since: string): Promise<void> {
    const indices = attempt.sentBefore ? indicesSince(await this.parts.indices.list(), since) : [];
    await this.#skipStored(attempt, indices);
    const created = new Map<BulkRecord, string>();
    const refused = await this.#send(attempt, attempt.open(), created);
    const folded = this.#fold(attempt, refused);
    for (const { record, type, reason } of await this.#send(attempt, folded, created)) attempt.rejected(record, type, reason);
    if (attempt.sentBefore) await this.#removeCopies(attempt, since, created, indices.at(-1) ?? '');
    for (const record of created.keys()) attempt.stored(record);
  }

  /**
   * The write index, the last one, needs no look: there `create` answers 409. Only what an earlier index has could lie there
   * as a copy as well, when an attempt broke off before it took the copy back.
   */
  async #skipStored(attempt: Attempt, indices: readonly string[]): Promise<void> {
    const earlier = indices.slice(0, -1);
    if (earlier.length === 0) return;
    const found = await this.parts.indices.find(earlier, idsOf(attempt.open()));
    if (found.size === 0) return;
    const last = await this.parts.indices.find(indices.slice(-1), [...found.keys()]);
    // The first one stays, in the index in which it was stored first.
    await this.#remove([...found].flatMap(([id, at]) => [...at, ...(last.get(id) ?? [])].slice(1).map((index) => ({ id, index }))));
    for (const record of attempt.open()) if (found.has(record.id ?? '')) attempt.there(record);
  }

  /** Sends records, in halves where they are too large together; gives back what was refused. */
  async #send(attempt: Attempt, records: readonly BulkRecord[], created: Map<BulkRecord, string>): Promise<Refused[]> {
    if (records.length === 0) return [];
    const body = joinBulk(records);
    if (body.length > this.#size.most && records.length > 1) return this.#sendHalves(attempt, records, created);
    const reply = await this.parts.sender.send(body, FULL_FILTER);
    if (reply.kind === 'items' || reply.kind === 'stored') this.#size.passed();
    if (reply.kind === 'failed' && reply.failure.overloaded) this.#size.overloaded(body.length);
    if (reply.kind !== 'too_large') return this.#judgeAll(attempt, records, reply, created);
    if (records.length === 1) {
      const reason = `the record has ${body.length} bytes, more than http.max_content_length of Elasticsearch or a proxy before it allows (413)`;
      attempt.rejected(records[0] as BulkRecord, 'too_large', reason);
      return [];
    }
    this.#tooLarge(body.length);
    return this.#sendHalves(attempt, records, created);
  }

  async #sendHalves(attempt: Attempt, records: readonly BulkRecord[], created: Map<BulkRecord, string>): Promise<Refused[]> {
    const half = Math.ceil(records.length / 2);
    const first = await this.#send(attempt, records.slice(0, half), created);
    if (attempt.failure !== undefined) {
      // What the first half met, the second would meet as well.
      for (const record of records.slice(half)) attempt.failed(record, attempt.failure);
      return first;
    }
    return [...first, ...(await this.#send(attempt, records.slice(half), created))];
  }

  #judgeAll(
    attempt: Attempt,
    records: readonly BulkRecord[],
    reply: Exclude<Reply, { kind: 'too_large' }>,
    created: Map<BulkRecord, string>,
  ) {
    const refused: Refused[] = [];
    const failure = reply.kind === 'failed' || reply.kind === 'malformed' ? reply.failure : undefined;
    const items = reply.kind === 'items' ? reply.items : [];
    records.forEach((record, at) => {
      const verdict = failure ? { kind: 'failed' as const, failure } : judge(items[at] ?? {});
      if (verdict.kind === 'created') created.set(record, verdict.index);
      else if (verdict.kind === 'conflict') attempt.there(record);
      else if (verdict.kind === 'refused') refused.push({ record, ...verdict });
      else if (verdict.kind === 'rejected') attempt.rejected(record, verdict.type, verdict.reason);
      else attempt.failed(record, verdict.failure);
    });
    return refused;
  }

  /** What can be sent once more without its free fields; the rest is rejected. */
  #fold(attempt: Attempt, refused: readonly Refused[]): BulkRecord[] {
    return refused.flatMap(({ record, type, reason }) => {
      const folded = foldRecord(record);
      if (folded === undefined) {
        attempt.rejected(record, type, reason);
        return [];
      }
      this.parts.count('attributes_folded');
      return [folded];
    });
  }

  /**
   * A rollover between the look and the request let `create` succeed in an index that was not there when we looked: of what
   * an earlier one has already, the new copy goes.
   */
  async #removeCopies(attempt: Attempt, since: string, created: ReadonlyMap<BulkRecord, string>, looked: string): Promise<void> {
    const strays = [...created].filter(([, index]) => index !== looked);
    if (strays.length === 0) return;
    const indices = indicesSince(await this.parts.indices.list(), since);
    const earlier = indices.slice(0, indices.indexOf(strays[0]?.[1] ?? ''));
    const found = await this.parts.indices.find(earlier, idsOf(strays.map(([record]) => record)));
    const copies = strays.filter(([record]) => found.has(record.id ?? ''));
    await this.#remove(copies.map(([record, index]) => ({ id: record.id ?? '', index })));
    for (const [record] of copies) attempt.there(record);
  }

  async #remove(copies: readonly { readonly id: string; readonly index: string }[]): Promise<void> {
    if (copies.length === 0) return;
    await this.parts.indices.remove(copies);
    for (let copy = 0; copy < copies.length; copy += 1) this.parts.count('copy_removed');
  }

  #tooLarge(bytes: number): void {
    this.parts.count('batch_split');
    this.#size.tooLarge(bytes);
  }

  #succeeded(): void {
    this.#trouble = '';
    this.#size.passed();
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

function idsOf(records: readonly BulkRecord[]): string[] {
  return records.flatMap((record) => record.id ?? []);
}
