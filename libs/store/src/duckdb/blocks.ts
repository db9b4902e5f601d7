import type { DuckDBConnection } from '@duckdb/node-api';
import type { Needs } from '#libs/query';
import type { Catalog } from './catalog.js';
import { FILTERS, TEXT_COLUMNS } from './columns.js';
import type { DayFile } from './day-file.js';
import type { Span } from './protocol.js';
import type { Deadline } from './readers.js';
import { hashStored } from './row-tokens.js';
import { FilterBuilder, hashToken, mayHold, partOf, Tokens } from './token-filter.js';
import { msOf } from './timestamp.js';
import { breathe } from './turns.js';

/**
 * Blocks of consecutive rows with a filter over their tokens. A row that no block covers (the newest, or those before a restart) is
 * always read, so a filter that is missing costs time and never an answer. Rows are never deleted, so row ids stay.
 */

interface Block {
  readonly first: number;
  readonly end: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly matches: boolean;
}

interface Rows {
  readonly first: number;
  readonly end: number;
}

/** Tokens of one query that are looked up; any more may be there. */
const MAX_TOKENS = 16;
/** Row ranges of one statement: beyond it, and beyond this share of the rows, skipping costs more than it saves. */
const MAX_RANGES = 96;
const MAX_SHARE = 0.6;
const LAST_ROW = Number.MAX_SAFE_INTEGER;

/** What to read of a day's table for one query. */
export class DayRows {
  private blocks: readonly Block[] | undefined;

  constructor(
    private readonly catalog: Catalog,
    private readonly day: DayFile,
    private readonly query: { readonly needs: Needs | undefined; readonly deadline: Deadline },
  ) {}

  /** SQL for a table that holds all matches of the window; the rows that no block covers are always in it. */
  async tableFor(window: Span): Promise<string> {
    const table = `${this.day.name}.logs`;
    if (this.query.needs === undefined) return table;
    this.blocks ??= await this.readBlocks(this.query.needs);
    if (this.blocks.length === 0) return table;
    const inside = this.blocks.filter((block) => block.fromMs <= msOf(window.toNs) && block.toMs >= msOf(window.fromNs));
    if (inside.every((block) => block.matches)) return table;
    const ranges = rangesToRead(this.blocks, inside);
    if (ranges.length > MAX_RANGES || sizeOf(inside.filter(({ matches }) => matches)) > sizeOf(inside) * MAX_SHARE) return table;
    return `(${ranges.map(({ first, end }) => `SELECT * FROM ${table} WHERE rowid BETWEEN ${first} AND ${end - 1}`).join(' UNION ALL ')})`;
  }

  private async readBlocks(needs: Needs): Promise<Block[]> {
    const hashes = [...new Set(tokensOf(needs))].slice(0, MAX_TOKENS).map((token) => [token, hashToken(token)] as const);
    const parts = new Set(hashes.map(([, hash]) => partOf(hash)));
    const blocks = new Map<number, Omit<Block, 'matches'>>();
    const found = new Map<number, Map<string, boolean>>();
    for (const part of parts) {
      const rows = await this.catalog.readers.rows(
        `SELECT first::DOUBLE, records::DOUBLE, from_ms::DOUBLE, to_ms::DOUBLE, bits FROM ${this.day.name}.${FILTERS} WHERE part = ${part}`,
        [],
        this.query.deadline,
      );
      for (const [first, records, fromMs, toMs, bits] of rows as [number, number, number, number, Uint8Array][]) {
        blocks.set(first, { first, end: first + records, fromMs, toMs });
        const held = found.get(first) ?? new Map<string, boolean>();
        found.set(first, held);
        for (const [token, hash] of hashes) if (partOf(hash) === part) held.set(token, mayHold(bits, hash));
      }
    }
    return [...blocks.values()]
      .sort((a, b) => a.first - b.first)
      .map((block) => ({ ...block, matches: isMet(needs, found.get(block.first) ?? new Map()) }));
  }
}

function* tokensOf(needs: Needs): Generator<string> {
  if (needs.kind === 'token') yield needs.token;
  else for (const part of needs.of) yield* tokensOf(part);
}

/** A token that was not looked up may be there. */
function isMet(needs: Needs, held: ReadonlyMap<string, boolean>): boolean {
  if (needs.kind === 'token') return held.get(needs.token) ?? true;
  return needs.kind === 'every' ? needs.of.every((part) => isMet(part, held)) : needs.of.some((part) => isMet(part, held));
}

const sizeOf = (ranges: readonly Rows[]): number => ranges.reduce((sum, { first, end }) => sum + end - first, 0);

/** Matching blocks of the window and every gap between blocks, joined where they touch. The rows behind the last block go on for ever. */
function rangesToRead(blocks: readonly Block[], inside: readonly Block[]): Rows[] {
  const wanted = new Set(inside.filter(({ matches }) => matches));
  const ranges: Rows[] = [];
  const add = (first: number, end: number) => {
    const last = ranges.at(-1);
    if (first >= end) return;
    if (last?.end === first) ranges[ranges.length - 1] = { first: last.first, end };
    else ranges.push({ first, end });
  };
  let covered = 0;
  for (const block of blocks) {
    add(covered, block.first);
    if (wanted.has(block)) add(block.first, block.end);
    covered = block.end;
  }
  add(covered, LAST_ROW);
  return ranges;
}

/** Writes a finished filter, in the transaction of its last rows. */
export async function storeFilter(connection: DuckDBConnection, database: string, filter: FilterBuilder): Promise<void> {
  const appender = await connection.createAppender(FILTERS, 'main', database);
  for (const [part, bits] of filter.finish().entries()) {
    for (const value of [filter.first, filter.records, filter.fromMs, filter.toMs]) appender.appendBigInt(BigInt(value));
    appender.appendInteger(part);
    appender.appendBlob(bits);
    appender.endRow();
  }
  appender.closeSync();
}

/** Days that get records at once and build a filter; the rows of a day that falls out wait for its rewrite. */
const MAX_BUILDING = 4;

export class OpenFilters {
  private readonly open = new Map<DayFile, { readonly filter: FilterBuilder; readonly rewrites: number }>();

  /** The filter that the day's next record goes into; anew behind what a rewrite or a failure left. */
  of(file: DayFile): FilterBuilder {
    const known = this.open.get(file);
    const { total } = file.counts;
    if (known?.rewrites === file.rewrites && known.filter.first + known.filter.records === total) return known.filter;
    const filter = new FilterBuilder(total);
    this.open.delete(file);
    this.open.set(file, { filter, rewrites: file.rewrites });
    const [oldest] = this.open.keys();
    if (this.open.size > MAX_BUILDING && oldest) this.open.delete(oldest);
    return filter;
  }

  /** The filter is stored, or must not be. */
  drop(file: DayFile): void {
    this.open.delete(file);
  }
}

/** Filters for the rows that a rewrite copied, read back in their new order; what is left over goes on in the next call. */
export async function filterRows(connection: DuckDBConnection, database: string, filter: FilterBuilder): Promise<FilterBuilder> {
  const columns = TEXT_COLUMNS.slice(0, -1).map(([column]) => column);
  const next = filter.first + filter.records;
  const result = await connection.stream(
    `SELECT rowid::DOUBLE, ts, words, rest, ${columns.join(', ')} FROM ${database}.logs WHERE rowid >= ${next}`,
  );
  let current = filter;
  const full: FilterBuilder[] = [];
  const tokens = new Tokens();
  for await (const rows of result.yieldRowsJs()) {
    for (const [id, ns, words, rest, ...texts] of rows) {
      if (id !== current.first + current.records)
        throw new Error(`row ${current.first + current.records} came out of order while its day was rewritten`);
      hashStored(texts as (string | null)[], words as string | null, rest as string, tokens);
      current.add(msOf(ns as bigint), tokens);
      if (!current.isFull) continue;
      full.push(current);
      current = new FilterBuilder(current.first + current.records);
    }
    await breathe();
  }
  for (const done of full) await storeFilter(connection, database, done);
  return current;
}
