/**
 * The careful way, for every repeat and for what did not go through at once. For each stream or index by itself: look for
 * what is stored already, send the rest with the full filter, cut what is too large in halves, fold what is refused, and
 * take back copies that a rollover in the meantime let in.
 */
import type { Attempt } from './attempt.js';
import { indicesSince, type BackingIndices } from './backing-indices.js';
import { FULL_FILTER, judge } from './bulk-answer.js';
import { joinBulk, type BulkRecord } from './bulk-lines.js';
import type { BulkSender, Reply } from './bulk-sender.js';
import { foldRecord } from './folding.js';
import type { Layout } from './layout.js';
import type { ElasticsearchOddity } from './options.js';
import { RequestSize } from './request-size.js';

export interface CarefulParts {
  readonly sender: BulkSender;
  readonly layout: Layout;
  readonly indices: BackingIndices;
  /** What `since` needs; throws `StoreError`. */
  readonly mark: () => Promise<string>;
  /** Resolves when records may be sent to these; throws `StoreError`. */
  readonly ready: (targets: Iterable<string>) => Promise<void>;
  readonly count: (reason: ElasticsearchOddity) => void;
}

interface Refused {
  readonly record: BulkRecord;
  readonly type: string;
  readonly reason: string;
}

/** The open records of one stream or index. */
interface Group {
  readonly target: string;
  readonly attempt: Attempt;
  records(): BulkRecord[];
}

export class CarefulWriter {
  /** Learned from 413 and 429: larger requests are cut before they are sent. */
  readonly size = new RequestSize();

  constructor(private readonly parts: CarefulParts) {}

  tooLarge(bytes: number): void {
    this.parts.count('batch_split');
    this.size.tooLarge(bytes);
  }

  /** Gives every open record that can have one a verdict; throws `StoreError` when the rest must wait. */
  async write(attempt: Attempt, since: string): Promise<void> {
    const places = this.#placeAll(attempt);
    const targets = new Set(places.values());
    await this.parts.ready(targets);
    for (const target of targets) {
      const records = (): BulkRecord[] => attempt.open().filter((record) => places.get(record.index) === target);
      await this.#writeTo({ target, attempt, records }, since);
    }
  }

  /** Target by place in the batch. */
  #placeAll(attempt: Attempt): ReadonlyMap<number, string> {
    const { layout } = this.parts;
    const places = new Map<number, string>();
    for (const record of attempt.open()) {
      const place = layout.placeOf(record.lines, record.sourceAt, record.lines.length);
      if (place !== undefined) {
        places.set(record.index, place);
        continue;
      }
      const refusal = layout.refusalOf(record.lines.subarray(record.sourceAt));
      if (refusal === 'expired') attempt.expired(record);
      else attempt.rejected(record, refusal.type, refusal.reason);
    }
    return places;
  }

  async #writeTo(group: Group, since: string): Promise<void> {
    const { attempt, target } = group;
    const mayRepeat = attempt.sentBefore && this.parts.layout.rolls;
    const indices = mayRepeat ? indicesSince(await this.parts.indices.list(target, since), since) : [];
    await this.#skipStored(group, indices);
    const created = new Map<BulkRecord, string>();
    const refused = await this.#send(group, group.records(), created);
    const folded = this.#fold(attempt, refused);
    for (const { record, type, reason } of await this.#send(group, folded, created)) attempt.rejected(record, type, reason);
    if (mayRepeat) await this.#removeCopies(group, since, created, indices.at(-1) ?? '');
    for (const record of created.keys()) attempt.stored(record);
  }

  /**
   * The write index, the last one, needs no look: there `create` answers 409. Only what an earlier index has could lie there
   * as a copy as well, when an attempt broke off before it took the copy back.
   */
  async #skipStored({ attempt, records }: Group, indices: readonly string[]): Promise<void> {
    const earlier = indices.slice(0, -1);
    if (earlier.length === 0) return;
    const found = await this.parts.indices.find(earlier, idsOf(records()));
    if (found.size === 0) return;
    const last = await this.parts.indices.find(indices.slice(-1), [...found.keys()]);
    // The first one stays, in the index in which it was stored first.
    await this.#remove([...found].flatMap(([id, at]) => [...at, ...(last.get(id) ?? [])].slice(1).map((index) => ({ id, index }))));
    for (const record of records()) if (found.has(record.id ?? '')) attempt.there(record);
  }

  /** Sends records, in halves where they are too large together; gives back what was refused. */
  async #send(group: Group, records: readonly BulkRecord[], created: Map<BulkRecord, string>): Promise<Refused[]> {
    if (records.length === 0) return [];
    const body = joinBulk(records);
    if (body.length > this.size.most && records.length > 1) return this.#sendHalves(group, records, created);
    const reply = await this.parts.sender.send(group.target, body, FULL_FILTER);
    if (reply.kind === 'items' || reply.kind === 'stored') this.size.passed();
    if (reply.kind === 'failed' && reply.failure.overloaded) this.size.overloaded(body.length);
    if (reply.kind !== 'too_large') return this.#judgeAll(group.attempt, records, reply, created);
    if (records.length === 1) {
      const reason = `the record has ${body.length} bytes, more than http.max_content_length of Elasticsearch or a proxy before it allows (413)`;
      group.attempt.rejected(records[0] as BulkRecord, 'too_large', reason);
      return [];
    }
    this.tooLarge(body.length);
    return this.#sendHalves(group, records, created);
  }

  async #sendHalves(group: Group, records: readonly BulkRecord[], created: Map<BulkRecord, string>): Promise<Refused[]> {
    const { attempt } = group;
    const half = Math.ceil(records.length / 2);
    const before = attempt.failure;
    const first = await this.#send(group, records.slice(0, half), created);
    if (attempt.failure !== undefined && attempt.failure !== before) {
      // What the first half met, the second would meet as well.
      for (const record of records.slice(half)) attempt.failed(record, attempt.failure);
      return first;
    }
    return [...first, ...(await this.#send(group, records.slice(half), created))];
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
  async #removeCopies({ attempt, target }: Group, since: string, created: ReadonlyMap<BulkRecord, string>, looked: string): Promise<void> {
    const strays = [...created].filter(([, index]) => index !== looked);
    if (strays.length === 0) return;
    const indices = indicesSince(await this.parts.indices.list(target, since), since);
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
}

function idsOf(records: readonly BulkRecord[]): string[] {
  return records.flatMap((record) => record.id ?? []);
}
