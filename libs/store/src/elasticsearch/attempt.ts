import type { Rejection, WriteOutcome } from '../log-store.js';
import type { Failure } from './bulk-answer.js';
import type { BulkRecord } from './bulk-lines.js';

/** What is known of each record of a batch; every record ends as exactly one of stored, duplicate, rejected or to be sent again. */
export class Attempt {
  readonly #open: Map<number, BulkRecord>;
  readonly #rejected: Rejection[] = [];
  readonly #retry: number[] = [];
  #stored = 0;
  #duplicate = 0;
  #expired = 0;
  #failure: Failure | undefined;

  constructor(
    readonly records: readonly BulkRecord[],
    /** True when some may have been stored by an earlier request. */
    readonly sentBefore: boolean,
    /** Ids that were there already when this batch was first sent. */
    private readonly conflicts: ReadonlySet<string>,
  ) {
    this.#open = new Map(records.map((record) => [record.index, record]));
  }

  /** Records without a verdict. */
  open(): BulkRecord[] {
    return [...this.#open.values()];
  }

  stored(record: BulkRecord): void {
    if (this.#open.delete(record.index)) this.#stored += 1;
  }

  /** It was there: our own repeat, unless nobody had sent this batch before. */
  there(record: BulkRecord): void {
    if (!this.#open.delete(record.index)) return;
    if (!this.sentBefore || this.conflicts.has(record.id ?? '')) this.#duplicate += 1;
    else this.#stored += 1;
  }

  rejected(record: BulkRecord, type: string, reason: string): void {
    if (this.#open.delete(record.index)) this.#rejected.push({ index: record.index, type, reason });
  }

  expired(record: BulkRecord): void {
    if (this.#open.delete(record.index)) this.#expired += 1;
  }

  failed(record: BulkRecord, failure: Failure): void {
    if (!this.#open.delete(record.index)) return;
    this.#retry.push(record.index);
    this.#failure = worse(this.#failure, failure);
  }

  failAll(failure: Failure): void {
    for (const record of this.open()) this.failed(record, failure);
  }

  get failure(): Failure | undefined {
    return this.#failure;
  }

  outcome(): WriteOutcome {
    const byIndex = (a: Rejection, b: Rejection) => a.index - b.index;
    return {
      stored: this.#stored,
      duplicate: this.#duplicate,
      rejected: this.#rejected.sort(byIndex),
      retry: this.#retry.sort((a, b) => a - b),
      expired: this.#expired,
    };
  }
}

/** The one with the longer wait tells more. */
function worse(a: Failure | undefined, b: Failure): Failure {
  if (a === undefined) return b;
  const templateMissing = (a.templateMissing ?? false) || (b.templateMissing ?? false);
  return { ...(b.leastMs > a.leastMs ? b : a), templateMissing };
}
