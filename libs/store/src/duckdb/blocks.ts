import type { Needs } from '#libs/query';
import type { Catalog } from './catalog.js';
import { filterColumn, FILTERS } from './columns.js';
import type { DayFile } from './day-file.js';
import type { Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { hashToken, LINE_BYTES, lineOf, maskOf, partOf } from './token-filter.js';
import { msOf, NS_PER_MS } from './timestamp.js';

/**
 * Blocks of consecutive rows with a filter over their tokens, of the newest rows those that are not stored yet. A row that no block
 * covers (some of those before a restart) is always read, so a filter that is missing costs time and never an answer. Rows are never
 * deleted, so row ids stay.
 */

/** Times are the least and the greatest of the rows: DuckDB passes over row groups by them, which it does not by row ids. */
interface Rows {
  readonly first: number;
  readonly end: number;
  readonly fromMs: number;
  readonly toMs: number;
}

interface Block extends Rows {
  readonly records: number;
  readonly matches: boolean;
}

/** Tokens of one query that are looked up; any more may be there. */
const MAX_TOKENS = 16;
/** Row ranges of one statement, about a millisecond each: beyond it, and beyond this share of the rows, skipping costs more than it saves. */
const MAX_RANGES = 256;
const MAX_SHARE = 0.6;
/** Rows between blocks whose times are looked up: each restart in a day leaves one such place. */
const MAX_GAPS = 16;
const LAST_ROW = Number.MAX_SAFE_INTEGER;

/** What to read of a day's table for one query. */
export class DayRows {
  private blocks: readonly Block[] | undefined;
  private readonly table: string;

  constructor(
    private readonly catalog: Catalog,
    private readonly day: DayFile,
    private readonly query: { readonly needs: Needs | undefined; readonly deadline: Deadline },
  ) {
    this.table = `${day.name}.logs`;
  }

  /** SQL for a table that holds all matches of the window; the rows that no block covers are always in it. */
  async tableFor(window: Span): Promise<string> {
    const found = await this.find(window);
    if (found === undefined) return this.table;
    if (found.length === 0) return `(SELECT * FROM ${this.table} LIMIT 0)`;
    return `(${joined(found)
      .map((rows) => `SELECT * FROM ${this.table} WHERE ${rowsSql(rows)}`)
      .join(' UNION ALL ')})`;
  }

  /** Rows of that table that are worth counting: infinitely many when it is all of the day's. */
  async sizeFor(window: Span): Promise<number> {
    const found = await this.find(window);
    return found === undefined ? Infinity : sizeOf(found);
  }

  /** Blocks of the window that may hold a match; undefined when skipping the others saves nothing. */
  private async find(window: Span): Promise<readonly Block[] | undefined> {
    if (this.query.needs === undefined) return undefined;
    this.blocks ??= await this.readBlocks(this.query.needs);
    if (this.blocks.length === 0) return undefined;
    const inside = this.blocks.filter((block) => block.fromMs <= msOf(window.toNs) && block.toMs >= msOf(window.fromNs));
    const found = inside.filter(({ matches }) => matches);
    const isSaving = found.length < inside.length && joined(found).length <= MAX_RANGES && sizeOf(found) <= sizeOf(inside) * MAX_SHARE;
    return isSaving || inside.length === 0 ? found : undefined;
  }

  /** With filters, and the places between them; none when there is no filter. */
  private async readBlocks(needs: Needs): Promise<Block[]> {
    const tokens = [...new Set(tokensOf(needs))].slice(0, MAX_TOKENS);
    const hashes = tokens.map(hashToken);
    const rows = await this.catalog.readers.rows(
      `SELECT first::DOUBLE, records::DOUBLE, from_ms::DOUBLE, to_ms::DOUBLE, ${hashes.map(holdsSql).join(', ')} FROM ${this.day.name}.${FILTERS}`,
      [],
      this.query.deadline,
    );
    const stored = (rows as [number, number, number, number, ...boolean[]][]).map(([first, records, fromMs, toMs, ...held]) => {
      const matches = isMet(needs, (token) => held[tokens.indexOf(token)]);
      return { first, end: first + records, records, fromMs, toMs, matches };
    });
    // Behind reading the stored ones: what was stored meanwhile is a gap, and nothing is there twice.
    const blocks = [...stored, ...this.unstored(needs)].sort(byFirst);
    return blocks.length === 0 ? [] : [...blocks, ...(await this.readGaps(blocks))].sort(byFirst);
  }

  private unstored(needs: Needs): Block[] {
    const filters = this.catalog.filters.unstored(this.day);
    return filters.map((filter) => {
      const { first, end, records, fromMs, toMs } = filter;
      return { first, end, records, fromMs, toMs, matches: isMet(needs, (token) => filter.mayHold(hashToken(token))) };
    });
  }

  /** The rows behind the last block go on for ever, where there are any. */
  private async readGaps(blocks: readonly Block[]): Promise<Block[]> {
    const ends = [0, ...blocks.map(({ end }) => end)];
    const starts = blocks.map(({ first }) => first);
    if ((ends.at(-1) ?? 0) < this.day.counts.total) starts.push(LAST_ROW);
    else ends.pop();
    const gaps = ends.map((first, index) => ({ first, end: starts[index] as number })).filter(({ first, end }) => first < end);
    if (gaps.length === 0) return [];
    const { startMs, endMs } = this.day;
    if (gaps.length > MAX_GAPS) return gaps.map((gap) => ({ ...gap, records: 0, fromMs: startMs, toMs: endMs, matches: true }));
    const questions = gaps.map(
      ({ first, end }) =>
        `SELECT ${first}::DOUBLE, ${end}::DOUBLE, count(*)::DOUBLE, min(ts), max(ts) FROM ${this.table} WHERE rowid BETWEEN ${first} AND ${end - 1}`,
    );
    const rows = await this.catalog.readers.rows(questions.join(' UNION ALL '), [], this.query.deadline);
    return (rows as [number, number, number, bigint, bigint][])
      .filter(([, , records]) => records > 0)
      .map(([first, end, records, fromNs, toNs]) => ({ first, end, records, fromMs: msOf(fromNs), toMs: msOf(toNs), matches: true }));
  }
}

/** Whether the one line of a token's part that has its bits has them all: a boolean costs less to hand over than the bits. */
function holdsSql(hash: number): string {
  const part = filterColumn(partOf(hash));
  const start = `${lineOf(hash)} % (octet_length(${part}) // ${LINE_BYTES}) * ${LINE_BYTES}`;
  const mask = `'${[...maskOf(hash)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'::BLOB::BIT`;
  return `(${part}[${start} + 1 : ${start} + ${LINE_BYTES}]::BIT & ${mask}) = ${mask}`;
}

const byFirst = (a: Rows, b: Rows): number => a.first - b.first;

function* tokensOf(needs: Needs): Generator<string> {
  if (needs.kind === 'token') yield needs.token;
  else for (const part of needs.of) yield* tokensOf(part);
}

/** A token that was not looked up may be there. */
function isMet(needs: Needs, mayHold: (token: string) => boolean | undefined): boolean {
  if (needs.kind === 'token') return mayHold(needs.token) ?? true;
  return needs.kind === 'every' ? needs.of.every((part) => isMet(part, mayHold)) : needs.of.some((part) => isMet(part, mayHold));
}

const sizeOf = (blocks: readonly Block[]): number => blocks.reduce((sum, { records }) => sum + records, 0);

/** Blocks that touch become one range. */
function joined(blocks: readonly Block[]): Rows[] {
  const ranges: Rows[] = [];
  for (const { first, end, fromMs, toMs } of blocks) {
    const last = ranges.at(-1);
    if (last?.end !== first) ranges.push({ first, end, fromMs, toMs });
    else ranges[ranges.length - 1] = { first: last.first, end, fromMs: Math.min(last.fromMs, fromMs), toMs: Math.max(last.toMs, toMs) };
  }
  return ranges;
}

const rowsSql = ({ first, end, fromMs, toMs }: Rows): string =>
  `rowid BETWEEN ${first} AND ${end - 1} AND ts >= ${BigInt(fromMs) * NS_PER_MS} AND ts < ${BigInt(toMs + 1) * NS_PER_MS}`;
