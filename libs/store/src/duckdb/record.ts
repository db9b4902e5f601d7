import type { StoredRecord } from '../log-store.js';
import { FLAT_OBJECTS, TEXT_COLUMNS } from './columns.js';
import { formatInstant } from './timestamp.js';

/** The way back: columns and `rest` to the nested record that was written. */

const FLAT_PREFIXES = [...FLAT_OBJECTS].map((name) => ({ name, prefix: `${name}.` }));

/** Which columns a search must read for the fields that were asked for. */
export interface Projection {
  readonly texts: readonly (readonly [column: string, name: string])[];
  readonly rest: boolean;
  wants(name: string): boolean;
}

export function projectionOf(fields: readonly string[] | undefined): Projection {
  if (fields === undefined) return { texts: TEXT_COLUMNS, rest: true, wants: () => true };
  const exact = new Set(fields);
  const prefixes = fields.map((field) => `${field}.`);
  const wants = (name: string) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
  const texts = TEXT_COLUMNS.filter(([, name]) => wants(name));
  const columns = new Set<string>([...texts.map(([, name]) => name), '@timestamp', 'event.sequence', 'logweir.node']);
  return { texts, rest: fields.some((field) => !columns.has(field)), wants };
}

type Tree = Record<string, unknown>;

function pathOf(name: string): string[] {
  const flat = FLAT_PREFIXES.find(({ prefix }) => name.startsWith(prefix));
  if (flat === undefined) return name.split('.');
  return [...flat.name.split('.'), name.slice(flat.prefix.length)];
}

/** Keys come from outside, so `__proto__` must become a key and nothing else. */
function define(tree: Tree, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
  else tree[key] = value;
}

function put(tree: Tree, name: string, value: unknown): void {
  const path = pathOf(name);
  const leaf = path.pop() as string;
  let branch = tree;
  for (const key of path) {
    if (!Object.hasOwn(branch, key)) define(branch, key, {});
    branch = branch[key] as Tree;
  }
  define(branch, leaf, value);
}

export interface StoredRow {
  readonly ns: bigint;
  readonly sequence: number;
  readonly node: string;
  /** In the order of the projection's columns. */
  readonly texts: readonly (string | null)[];
  readonly rest: string | null;
}

export function recordOf(row: StoredRow, projection: Projection): StoredRecord {
  const record: Tree = {};
  if (projection.wants('event.sequence')) put(record, 'event.sequence', row.sequence);
  record['@timestamp'] = formatInstant(row.ns);
  if (row.node !== '' && projection.wants('logweir.node')) put(record, 'logweir.node', row.node);
  for (const [index, [, name]] of projection.texts.entries()) {
    const text = row.texts[index];
    if (text !== null && text !== undefined) put(record, name, text);
  }
  for (const [name, value] of Object.entries(JSON.parse(row.rest ?? '{}') as Tree)) if (projection.wants(name)) put(record, name, value);
  return record;
}
