import { createHash } from 'node:crypto';
import type { DeadLetter, DeadLetters, Journal, LetterPage, ListRequest } from '#libs/journal';
import { readRecords } from '#libs/store';
import type { Rejection, WriteBatch } from '#libs/store';
import type { Ledger } from './ledger.js';

export interface DeskOptions {
  readonly letters: DeadLetters;
  readonly journal: Journal;
  readonly ledger: Ledger;
  /** RFC 3339. */
  readonly at: () => string;
  /** Takes out of a record's text what must not be stored. */
  readonly redact: (source: string) => string;
}

/** Where refused records wait for a person. */
export class RejectionDesk {
  constructor(private readonly options: DeskOptions) {}

  /** Resolves when they are on disk: only then may the drain commit past them. */
  async put(batch: WriteBatch, rejections: readonly Rejection[]): Promise<void> {
    const records = readRecords(
      batch,
      rejections.map(({ index }) => index),
    );
    const at = this.options.at();
    await this.options.letters.put(
      rejections.map(({ type, reason }, place) => {
        const { id, source } = records[place] ?? { id: '', source: '' };
        return { id, at, type, reason, origin: batch.journal, source };
      }),
    );
  }

  async list(request: ListRequest): Promise<DeskPage> {
    const page: LetterPage = await this.options.letters.list({ ...request, order: 'oldest' });
    return { items: page.items.map(readable), ...(page.next === undefined ? {} : { next: page.next }) };
  }

  async get(id: string): Promise<ReadableLetter | undefined> {
    const letter = await this.options.letters.get(id);
    return letter && readable(letter);
  }

  remove(id: string): Promise<boolean> {
    return this.options.letters.remove(id);
  }

  /**
   * Appends the record, or the corrected one, under its first order and `_id`, and removes the letter once that is on
   * disk. The chunk id keeps a second try after a crash between the two from storing it twice.
   */
  async replay(id: string, corrected?: Readonly<Record<string, unknown>>): Promise<boolean> {
    const letter = await this.options.letters.get(id);
    if (letter === undefined) return false;
    const given = corrected === undefined ? letter.source : JSON.stringify(keepOrder(corrected, JSON.parse(letter.source) as StoredOrder));
    const source = this.options.redact(given);
    const chunk = createHash('sha256').update(`dead-${id}\n${source}`).digest().subarray(0, 16);
    const { journal, ledger } = this.options;
    ledger.replayed(letter.type);
    const outcome = await journal.append({ lines: [{ id, source }], chunk, urgent: true });
    if (outcome === 'duplicate') ledger.repeated(1);
    await this.options.letters.remove(id);
    return true;
  }
}

export interface ReadableLetter extends Omit<DeadLetter, 'source'> {
  readonly record: Readonly<Record<string, unknown>>;
}

export interface DeskPage {
  readonly items: readonly ReadableLetter[];
  readonly next?: string;
}

interface StoredOrder {
  readonly '@timestamp'?: unknown;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly logweir?: Readonly<Record<string, unknown>>;
}

/** A corrected record keeps its place: sequence and node as they were; its time may be what was wrong. */
function keepOrder(corrected: Readonly<Record<string, unknown>>, first: StoredOrder): Record<string, unknown> {
  const given = corrected as StoredOrder;
  return {
    '@timestamp': first['@timestamp'],
    ...corrected,
    event: { ...given.event, sequence: first.event?.['sequence'] },
    logweir: { ...given.logweir, node: first.logweir?.['node'] },
  };
}

function readable({ source, ...letter }: DeadLetter): ReadableLetter {
  try {
    return { ...letter, record: JSON.parse(source) as Record<string, unknown> };
  } catch {
    return { ...letter, record: { message: source } };
  }
}
