/**
 * A record that Elasticsearch refused because of its free fields is sent once more with those fields as one text:
 * `logweir.folded` holds the JSON text of `{"attributes":…,"labels":…,"container.labels":…}`. The record keeps its place,
 * message and words; only `attributes.<name>:` no longer finds it. Readers get the fields back in their places.
 */
import type { StoredRecord } from '../log-store.js';
import type { BulkRecord } from './bulk-lines.js';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined when there is nothing to fold, so a second try would end the same. */
export function foldRecord(record: BulkRecord): BulkRecord | undefined {
  const source = parseSource(record.lines.toString('utf8', record.sourceAt));
  if (source === undefined) return undefined;
  const { attributes, labels, container, ...rest } = source;
  const { labels: containerLabels, ...ofContainer } = isObject(container) ? container : {};
  const folded = dropUndefined({ attributes, labels, 'container.labels': containerLabels });
  if (Object.keys(folded).length === 0) return undefined;
  const logweir = { ...(isObject(rest['logweir']) ? rest['logweir'] : {}), folded: JSON.stringify(folded) };
  const kept = { ...rest, ...(container !== undefined && { container: ofContainer }), logweir };
  const action = record.lines.subarray(0, record.sourceAt);
  return { ...record, lines: Buffer.concat([action, Buffer.from(`${JSON.stringify(kept)}\n`)]) };
}

/** The record as it was before folding; any other record as it is. */
export function unfoldRecord(record: StoredRecord): StoredRecord {
  const logweir = record['logweir'];
  if (!isObject(logweir) || typeof logweir['folded'] !== 'string') return record;
  const { folded: text, ...ofLogweir } = logweir;
  const folded = parseSource(text as string) ?? {};
  const { 'container.labels': containerLabels, ...free } = folded;
  const container = isObject(record['container']) ? record['container'] : {};
  return {
    ...record,
    ...free,
    ...(containerLabels !== undefined && { container: { ...container, labels: containerLabels } }),
    logweir: ofLogweir,
  };
}

function parseSource(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function dropUndefined(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
