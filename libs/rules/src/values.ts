/** How the values of a rule are read; each says what is allowed when one does not fit. */
import { fieldOf, parseQuery, type Query, QueryError } from '#libs/query';
import { formatDuration, parseDuration } from './duration.js';
import { isObject, type Read, Refusal, show } from './object-reader.js';
import { suggest } from './problem.js';

/** Bytes of one annotation or label: what a notice can show, and a template's cost stays small. */
const MAX_TEXT = 4_096;
/** Labels, annotations, receivers of one rule. */
const MAX_ENTRIES = 32;
export const MAX_GROUP_BY = 4;
const NAME = /^[a-z0-9][a-z0-9_.-]{0,127}$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;

export const readName: Read<string> = (value) => {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw new Refusal(
    `${show(value)} is not a name: 1 to 128 of a-z, 0-9, "-", "_" and ".", beginning with a letter or digit, such as api-errors`,
  );
};

export const readText: Read<string> = (value) => {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text === 'string' && text.trim() !== '' && text.length <= MAX_TEXT) return text;
  throw new Refusal(`${show(value)} is not a text of 1 to ${MAX_TEXT} characters`);
};

export const readSwitch: Read<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw new Refusal(`${show(value)} is not true or false`);
};

export function oneOf<T extends string>(words: readonly T[]): Read<T> {
  return (value) => {
    const word = words.find((each) => each === value);
    if (word !== undefined) return word;
    throw new Refusal(`${show(value)} is not allowed; ${suggest(String(value), words)}`);
  };
}

export function duration(minMs: number, maxMs: number, wholeSeconds = false): Read<number> {
  return (value) => {
    const ms = parseDuration(String(value));
    if (ms !== undefined && ms >= minMs && ms <= maxMs && (!wholeSeconds || ms % 1_000 === 0)) return ms;
    const seconds = wholeSeconds ? 'in whole seconds ' : '';
    throw new Refusal(
      `${show(value)} is not a duration ${seconds}from ${formatDuration(minMs)} to ${formatDuration(maxMs)}: write 10s, 5m or 1h30m`,
    );
  };
}

export function integer(min: number, max: number): Read<number> {
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Refusal(`${show(value)} is not a whole number from ${min} to ${max}`);
  };
}

/** A number from 0 on, or above it. */
export function amount(what: string, isPositive = false): Read<number> {
  return (value) => {
    if (typeof value === 'number' && Number.isFinite(value) && (isPositive ? value > 0 : value >= 0)) return value;
    throw new Refusal(`${show(value)} is not ${what}: write a number ${isPositive ? 'above 0' : 'from 0 on'}`);
  };
}

const RATE = /^(\d+(?:\.\d+)?)\s*\/\s*([smh])$/;
const PER: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** Events per second: `5`, `5/s`, `300/m`. */
export const readRate: Read<number> = (value) => {
  const found = RATE.exec(String(value));
  if (found !== null) return Number(found[1]) / (PER[found[2] ?? ''] ?? 1);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Refusal(`${show(value)} is not a rate: write events per second (5) or 5/s, 300/m, 100/h`);
};

/** A share from 0 to 1: `5%` or `0.05`. */
export const readShare: Read<number> = (value) => {
  const found = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(value));
  const share = found === null ? value : Number(found[1]) / 100;
  if (typeof share === 'number' && share >= 0 && share <= 1) return share;
  throw new Refusal(`${show(value)} is not a share: write 5% or 0.05, from 0% to 100%`);
};

export interface QueryText {
  readonly text: string;
  readonly query: Query;
}

export const readQuery: Read<QueryText> = (value) => {
  if (typeof value !== 'string') throw new Refusal(`${show(value)} is not a query: write a text such as level >= error and service: api`);
  try {
    const query = parseQuery(value);
    refuseNow(query, value);
    return { text: value.trim(), query };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const hint = error.hint === '' ? '' : ` ${error.hint}`;
    throw new Refusal(`character ${error.position + 1} of ${show(value)}: ${error.message}${hint}`, error.position);
  }
};

/** A rule sees records as they arrive, and a replay must see the same: there is no now. */
function refuseNow(query: Query, text: string): void {
  if (query.type === 'and' || query.type === 'or') for (const clause of query.clauses) refuseNow(clause, text);
  else if (query.type === 'not') refuseNow(query.clause, text);
  else if (query.type === 'range' && isNow(query.field, query.value)) throw noNow(text);
  else if (query.type === 'match' && 'text' in query.value && isNow(query.field ?? 'message', query.value.text)) throw noNow(text);
}

function isNow(field: string, value: string): boolean {
  return /^now(?:[-+/]|$)/.test(value) && fieldOf(field).type === 'date';
}

function noNow(text: string): Refusal {
  const at = text.indexOf('now');
  return new Refusal(`character ${at + 1}: "now" has no meaning in a rule, which sees records as they arrive; "over" is its window`, at);
}

/** The ECS name of a field, also from a short name. */
export const readField: Read<string> = (value) => {
  if (typeof value === 'string' && /^[^\s*:"'()]{1,256}$/.test(value)) return fieldOf(value).name;
  throw new Refusal(
    `${show(value)} is not the name of a field: write service, host.name, http.response.status_code or an attribute's name`,
  );
};

export const readGroupBy: Read<string[]> = (value) => {
  const fields = readList(value, readField);
  if (fields.length > MAX_GROUP_BY) throw new Refusal(`${fields.length} fields; at most ${MAX_GROUP_BY} are allowed`);
  const twice = fields.find((field, index) => fields.indexOf(field) !== index);
  if (twice === undefined) return fields;
  throw new Refusal(`${twice} is there twice`);
};

export const readNotify: Read<string[]> = (value) => {
  const names = readList(value, readText);
  if (names.length <= MAX_ENTRIES) return [...new Set(names)];
  throw new Refusal(`${names.length} receivers; at most ${MAX_ENTRIES} are allowed`);
};

/** One, or a list of them. */
export function readList<T>(value: unknown, read: Read<T>): T[] {
  if (value === null) throw new Refusal('is empty: write one or a list in [ ]');
  return (Array.isArray(value) ? value : [value]).map(read);
}

/** `labels` and `annotations`. */
export const readTexts: Read<Readonly<Record<string, string>>> = (value) => {
  if (!isObject(value)) throw new Refusal(`${show(value)} is not an object of names and texts`);
  const entries = Object.entries(value);
  if (entries.length > MAX_ENTRIES) throw new Refusal(`${entries.length} entries; at most ${MAX_ENTRIES} are allowed`);
  return Object.fromEntries(entries.map(([name, text]) => [readLabel(name), readText(text)]));
};

function readLabel(name: string): string {
  if (LABEL.test(name)) return name;
  throw new Refusal(`${show(name)} is not the name of a label: letters, digits and "_", at most 64, such as team`);
}
