import { storedField, parseTime } from '#libs/query';
import type { StoredRecord } from '#libs/store';
import { formatRecordId } from '../logs/record-id.js';

/** As normalised records begin; only an event with more than these is parsed. */
const HEAD = /^\{"event":\{"sequence":(\d+)[^{}\\]*\},"@timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})Z"/;

type Found = Readonly<Record<string, unknown>>;

/** A record as items of `/logs` are: with its id, and with these fields only when some are named. */
export function tailItem(record: StoredRecord, fields: readonly string[] | undefined): StoredRecord {
  const id = idOf(record);
  return fields === undefined ? { id, ...record } : { id, ...pick(record, ['@timestamp', ...fields]) };
}

/** The same from a record's JSON, parsed only where that is needed: `position` is its place in the journal of `node`. */
export function tailItemText(source: string, { position, node }: { readonly position: number; readonly node: string }): string | undefined {
  const head = HEAD.exec(source);
  // A replayed dead letter has another sequence than its place, and may have been changed by hand.
  if (head === null || Number(head[1]) !== position) return undefined;
  const [, , second = '', nanos = ''] = head;
  const seconds = Date.parse(`${second}Z`) / 1_000;
  if (!(seconds > 0)) return undefined;
  const id = `${seconds}${nanos}-${position}-${node}`;
  return `{"id":${JSON.stringify(id)},${source.slice(1)}`;
}

/** Its place in the order of all records. */
function idOf(record: StoredRecord): string {
  const { sequence } = (record['event'] ?? {}) as { sequence?: number };
  const { node } = (record['logweir'] ?? {}) as { node?: string };
  const time = parseTime(String(record['@timestamp']), 0n);
  return formatRecordId({ timestampNs: String(time?.fromNs ?? 0n), sequence: sequence ?? 0, node: node ?? 'unknown' });
}

function pick(record: StoredRecord, names: readonly string[]): StoredRecord {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const { path } = storedField(name);
    const value = path.reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), record);
    if (value !== undefined) place(picked, path, value);
  }
  return picked;
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = target;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  at[path.at(-1) ?? ''] = value;
}

function isObject(value: unknown): value is Found {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
