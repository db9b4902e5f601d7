import { fewer, isTooLarge } from '../answer-size.js';
import type { JS } from '@duckdb/node-api';
import { StoreError } from '../errors.js';
import { DayRows } from './blocks.js';
import type { Catalog } from './catalog.js';
import type { DayFile } from './day-file.js';
import { lineSql } from './export-sql.js';
import type { ExportCall, ExportPage, ExportPlace, Span } from './protocol.js';
import { minuteOf } from './minute-counts.js';
import { Deadline, DeadlinePassed } from './readers.js';
import { cursorSql, cut, daysOf, windowsOf, windowSql } from './search.js';
import { msOf } from './timestamp.js';

/**
 * One page of an export. A page is read whole and its connection given back, as nobody knows when the next is asked for; where it ended
 * is all that is kept, and that by the asker. A page is a window of minutes that should hold about as many bytes as is good to hand over.
 */

const PAGE_BYTES = 4 * 1024 * 1024;
/** Lines of a page, whatever the window holds: what was foreseen from the page before may be far off. */
const MAX_LINES = 20_000;
/** Records of a window: a few vectors, or as many as a filter that finds next to nothing is asked over at once. */
const WINDOW = { first: 2_000, least: 500, most: 1_000_000 };
const GROWTH = 4;
/** For one page; there is none for the whole. */
const PAGE_MS = 60_000;

export async function exportPage(catalog: Catalog, call: ExportCall, signal: AbortSignal): Promise<ExportPage> {
  const place = call.place ?? { fromNs: call.fromNs, toNs: call.toNs, window: WINDOW.first, lines: MAX_LINES };
  const [day] = daysOf(catalog, place, call.order);
  if (day === undefined) return { bytes: new Uint8Array(), records: 0 };
  try {
    return await day.reading(() => readFitting(catalog, day, { ...call, place }, new Deadline(PAGE_MS, signal)));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const reason = error instanceof DeadlinePassed ? `a page took more than ${PAGE_MS / 1000} s` : (error as Error).message;
    throw new StoreError('store_unavailable', `${day.day} could not be read on: ${reason}`, true, { cause: error });
  }
}

type PlacedCall = ExportCall & { readonly place: ExportPlace };

/** Reads fewer records as often as their lines do not fit into the store's memory. */
async function readFitting(catalog: Catalog, day: DayFile, call: PlacedCall, deadline: Deadline): Promise<ExportPage> {
  try {
    return await readPage(catalog, day, call, deadline);
  } catch (error) {
    const { place } = call;
    if (!isTooLarge(error) || place.lines === 1) throw error;
    return readFitting(catalog, day, { ...call, place: { ...place, lines: fewer(place.lines) } }, deadline);
  }
}

async function readPage(catalog: Catalog, day: DayFile, call: PlacedCall, deadline: Deadline): Promise<ExportPage> {
  const { place, order, filter } = call;
  const part = cut(place, day.startMs, day.endMs);
  const [window] = part ? windowsOf(day, part, order, { first: place.window, growth: 1 }) : [];
  if (window === undefined) return { bytes: new Uint8Array(), records: 0, next: { ...place, ...behind(place, dayOf(day), order) } };
  const table = await new DayRows(catalog, day, { needs: filter.needs, deadline }).tableFor(window);
  const cursor = cursorSql({ order, ...(place.after && { after: place.after }) });
  const sorted = ['ts', 'seq', 'node'].map((column) => `${column} ${order}`).join(', ');
  const matching = `SELECT * FROM ${table} WHERE ${windowSql(window)} AND (${filter.sql}) ${cursor.sql}`;
  // To keep the first of many costs more than to sort a few, and so do their ends.
  const few = recordsIn(day, window) < place.lines;
  const rows = few ? matching : `${matching} ORDER BY ${sorted} LIMIT ${place.lines}`;
  const last = few ? '' : ['ts', 'seq::DOUBLE', 'node'].map((column) => `, last(${column} ORDER BY ${sorted})`).join('');
  // One value of bytes: a quarter cheaper than a text for each line, and nothing for this thread to do.
  const [row = []] = await catalog.readers.rows(
    `SELECT encode(string_agg(line, '' ORDER BY ${sorted})), count(*)::DOUBLE${last}
     FROM (SELECT ${lineSql(call)} AS line, ts, seq, node FROM (${rows}))`,
    [...filter.params, ...cursor.params],
    deadline,
  );
  return pageOf(row, { place, window, order });
}

function recordsIn({ counts }: DayFile, window: Span): number {
  const minutes = counts.minutes(minuteOf(msOf(window.fromNs)), minuteOf(msOf(window.toNs - 1n)) + 1);
  return minutes.reduce((sum, minute) => sum + counts.recordsIn(minute), 0);
}

function pageOf(row: readonly JS[], { place, window, order }: { place: ExportPlace; window: Span; order: 'asc' | 'desc' }): ExportPage {
  const [found, records, time, sequence, node] = row as [Uint8Array | null, number, bigint?, number?, string?];
  // A copy of its own, to be handed over.
  const bytes = new Uint8Array(found ?? []);
  const fit = bytes.length === 0 ? GROWTH : Math.min(GROWTH, PAGE_BYTES / bytes.length);
  const size = Math.round(Math.min(WINDOW.most, Math.max(WINDOW.least, place.window * fit)));
  const left = behind(place, window, order);
  const lines = Math.min(MAX_LINES, place.lines * 2);
  if (records < place.lines || time === undefined)
    return { bytes, records, ...(left.fromNs < left.toNs && { next: { ...left, window: size, lines } }) };
  const after = { timestampNs: String(time), sequence: sequence ?? 0, node: node ?? '' };
  const next = order === 'asc' ? { fromNs: time, toNs: place.toNs } : { fromNs: place.fromNs, toNs: time + 1n };
  return { bytes, records, next: { ...next, after, window: size, lines } };
}

/** What is left of the span behind a part of it. */
function behind(span: Span, part: Span, order: 'asc' | 'desc'): Span {
  return order === 'asc' ? { fromNs: part.toNs, toNs: span.toNs } : { fromNs: span.fromNs, toNs: part.fromNs };
}

const dayOf = (day: DayFile): Span => ({ fromNs: BigInt(day.startMs) * 1_000_000n, toNs: BigInt(day.endMs) * 1_000_000n });
