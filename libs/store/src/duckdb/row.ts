import { wordsOf } from '#libs/query';
import { MESSAGE_INDEX, TEXT_COLUMNS } from './columns.js';
import { ROOT, type Field } from './field-tree.js';
import { hashColumns, hashValue } from './row-tokens.js';
import { parseInstant } from './timestamp.js';
import type { Tokens } from './token-filter.js';

/** One record as the columns of its day file. */
export interface Row {
  readonly ms: number;
  readonly ns: bigint;
  readonly sequence: number;
  readonly node: string;
  /** In the order of `TEXT_COLUMNS`. */
  readonly texts: (string | null)[];
  readonly words: string | null;
  readonly rest: string;
}

/** What keeps one record out of the store. `type` is a metric label. */
export class RowError extends Error {
  constructor(
    readonly type: 'source_not_json' | 'timestamp_invalid' | 'sequence_invalid',
    message: string,
  ) {
    super(message);
  }
}

const NO_TEXTS = new Array<string | null>(TEXT_COLUMNS.length).fill(null);

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

class Flattening {
  readonly texts: (string | null)[] = NO_TEXTS.slice();
  rest = '';

  constructor(private readonly tokens: Tokens) {}

  walk(object: Json, parent: Field): void {
    for (const key in object) {
      const value = object[key];
      const field = parent.child(key);
      if (field.column >= 0 && typeof value === 'string') this.texts[field.column] = value;
      else if (!field.isLeaf && isObject(value)) this.walk(value, field);
      else if (!field.ownColumn) this.keep(field, value);
    }
  }

  private keep(field: Field, value: unknown): void {
    this.rest += (this.rest === '' ? '{' : ',') + field.memberText + JSON.stringify(value);
    if (field.hash !== undefined) hashValue(field.hash, value, this.tokens);
  }
}

/** Any escape; the group is half a surrogate pair without its other half. */
const ESCAPE = /\\(?:u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|(u[dD][89a-fA-F][\da-fA-F]{2})|.)/gs;

/** DuckDB refuses to read JSON with half a surrogate pair: every search over `rest` would fail. The bytes came as UTF-8, so only escapes make one. */
function replaceHalves(line: string): string {
  if (!line.includes('\\ud') && !line.includes('\\uD')) return line;
  return line.replace(ESCAPE, (escape, half) => (half === undefined ? escape : '\\ufffd'));
}

function parseSource(line: string): Json {
  let source: unknown;
  try {
    source = JSON.parse(replaceHalves(line));
  } catch (error) {
    throw new RowError('source_not_json', `the record is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(source)) throw new RowError('source_not_json', 'the record is not a JSON object');
  return source;
}

/** Throws `RowError` for a record that has no place in the order. The record's tokens take the place of those in `tokens`. */
export function parseRow(line: string, tokens: Tokens): Row {
  tokens.length = 0;
  const source = parseSource(line);
  const timestamp = source['@timestamp'];
  const instant = typeof timestamp === 'string' ? parseInstant(timestamp) : undefined;
  if (instant === undefined) {
    throw new RowError(
      'timestamp_invalid',
      `@timestamp is ${JSON.stringify(timestamp)?.slice(0, 50)}, not a UTC time between 1970 and 2262`,
    );
  }
  const sequence = (source['event'] as Json | undefined)?.['sequence'];
  if (!Number.isSafeInteger(sequence)) {
    throw new RowError('sequence_invalid', `event.sequence is ${JSON.stringify(sequence)?.slice(0, 50)}, not an integer`);
  }
  const node = (source['logweir'] as Json | undefined)?.['node'];
  const flat = new Flattening(tokens);
  flat.walk(source, ROOT);
  const message = flat.texts[MESSAGE_INDEX];
  const words = message === null || message === undefined ? null : wordsOf(message);
  hashColumns(flat.texts, words, tokens);
  return {
    ...instant,
    sequence: sequence as number,
    node: typeof node === 'string' ? node : '',
    texts: flat.texts,
    words,
    rest: flat.rest === '' ? '{}' : `${flat.rest}}`,
  };
}
