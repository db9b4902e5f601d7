/** The way back: an emptied Redis gets what the copy has, before anything else is read or written there. */
import type { Report } from '../documents.js';
import { DocumentsError, reasonOf } from '../errors.js';
import type { RedisConnection } from '../redis/connection.js';
import { FILL } from '../redis/scripts.js';
import { DATA, readParts, readRound, type Round } from './copy-format.js';
import type { DocumentIndex, IndexEntry } from './document-index.js';

/** Versions that were given after the last round and are lost with what they counted; nobody makes so many changes in an outage. */
const LOST_VERSIONS = 1_000_000;
const BATCH_ENTRIES = 1_000;
const BATCH_CHARS = 4 * 1024 * 1024;
const DOCUMENTS = `${DATA}documents:`;
const CHECKPOINTS = `${DATA}checkpoint:`;

export interface FillOptions {
  readonly connection: RedisConnection;
  readonly index: DocumentIndex;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly report: Report;
}

/** Several processes may do so at once: as soon as one has ended, what the others still send is ignored. */
export async function fill(options: FillOptions): Promise<void> {
  const { connection, index, now, report } = options;
  try {
    const last = await readRound(index);
    if (last !== undefined) await fillFrom(last, options);
    // Rounds count from the time on, so that they are higher than any that was begun before and left no trace.
    else if (await connection.mark({ base: 0, tracked: true, round: now() })) report('documents_new', { server: connection.where });
  } catch (error) {
    if (error instanceof DocumentsError) throw error;
    const message = `Redis at ${connection.where} is empty, and its copy cannot be read (${reasonOf(error)}): bring Elasticsearch back, nothing is answered before`;
    throw new DocumentsError('documents_unavailable', message, { cause: error });
  }
}

async function fillFrom(last: Round, { connection, index, now, report }: FillOptions): Promise<void> {
  report('documents_emptied', { server: connection.where });
  const base = (await highestVersion(index, last)) + LOST_VERSIONS;
  const fence = now() + 1;
  let entries = 0;
  for await (const batch of batches(copied(index, last))) {
    const [outcome] = await connection.runOnce(
      FILL,
      batch.flatMap((entry) => fillEntry(entry, base, fence)),
    );
    if (outcome !== 'ok') return;
    entries += batch.length;
  }
  const marked = await connection.mark({ base, tracked: true, round: Math.max(last.round, now()) });
  if (marked) report('documents_filled', { server: connection.where, entries });
}

/** All of the copy; what comes later counts. */
async function* copied(index: DocumentIndex, last: Round): AsyncGenerator<IndexEntry> {
  yield* index.read(DATA);
  for await (const part of readParts(index, last)) yield* part;
}

async function highestVersion(index: DocumentIndex, last: Round): Promise<number> {
  let highest = 0;
  const note = ({ key, text }: IndexEntry): void => {
    // A document's text begins with its version; that of `#removed` is one.
    if (key.startsWith(DOCUMENTS) && text !== null) highest = Math.max(highest, Number.parseInt(text, 10));
  };
  for await (const entry of index.read(DOCUMENTS)) note(entry);
  for await (const part of readParts(index, last)) part.forEach(note);
  return highest;
}

async function* batches(entries: AsyncIterable<IndexEntry>): AsyncGenerator<IndexEntry[]> {
  let batch: IndexEntry[] = [];
  let chars = 0;
  for await (const entry of entries) {
    batch.push(entry);
    chars += entry.text?.length ?? 0;
    if (batch.length < BATCH_ENTRIES && chars < BATCH_CHARS) continue;
    yield batch;
    batch = [];
    chars = 0;
  }
  yield batch;
}

/** Versions and fencing numbers begin above all that may have been given since the last round. */
function fillEntry({ key, text }: IndexEntry, base: number, fence: number): string[] {
  const slash = key.indexOf('/', DATA.length);
  const hash = key.slice(DATA.length, slash);
  const field = key.slice(slash + 1);
  if (text === null) return [hash, field, '-', ''];
  if (key.startsWith(DOCUMENTS))
    return [hash, field, '*', field === '#removed' ? String(base) : `${base}${text.slice(text.indexOf('\n'))}`];
  if (field === '#fence') return [hash, field, '*', String(Math.max(Number(text) + 1, fence))];
  const same = [hash, field, '+', text];
  return field === '#appends' ? [...same, 'copied', key.slice(CHECKPOINTS.length, slash), '+', text] : same;
}
