/**
 * Every field that the record names by itself, with its type and, where DuckDB has one, its column. All other fields
 * are `attributes.<name>` and hold text or numbers as they come ("dynamic").
 */
export type FieldType = 'keyword' | 'text' | 'long' | 'ip' | 'date' | 'flattened';

export interface KnownField {
  readonly type: FieldType;
  /** Column of DuckDB's `logs` table; without one the value is in `rest`. */
  readonly column?: string;
}

export const KNOWN_FIELDS: Readonly<Record<string, KnownField>> = Object.freeze({
  '@timestamp': { type: 'date', column: 'ts' },
  message: { type: 'text', column: 'message' },
  'log.level': { type: 'keyword', column: 'level' },
  'log.logger': { type: 'keyword', column: 'logger' },
  'log.origin.function': { type: 'keyword' },
  'log.origin.file.name': { type: 'keyword' },
  'log.origin.file.line': { type: 'long' },
  'log.pattern': { type: 'keyword', column: 'pattern' },
  'log.syslog.severity.code': { type: 'long' },
  'log.syslog.facility.code': { type: 'long' },
  'event.severity': { type: 'long' },
  'event.sequence': { type: 'long', column: 'seq' },
  'event.created': { type: 'date' },
  'event.id': { type: 'keyword' },
  'event.duration': { type: 'long' },
  'event.dataset': { type: 'keyword' },
  'service.name': { type: 'keyword', column: 'service' },
  'service.version': { type: 'keyword' },
  'service.environment': { type: 'keyword' },
  'service.node.name': { type: 'keyword' },
  'host.name': { type: 'keyword', column: 'host' },
  'container.id': { type: 'keyword', column: 'container_id' },
  'container.name': { type: 'keyword', column: 'container_name' },
  'container.image.name': { type: 'keyword', column: 'image' },
  'container.image.tag': { type: 'keyword' },
  'container.runtime': { type: 'keyword' },
  'container.labels': { type: 'flattened' },
  stream: { type: 'keyword', column: 'stream' },
  'process.pid': { type: 'long' },
  'process.thread.id': { type: 'long' },
  'process.thread.name': { type: 'keyword' },
  'trace.id': { type: 'keyword', column: 'trace_id' },
  'span.id': { type: 'keyword', column: 'span_id' },
  'error.type': { type: 'keyword' },
  'error.message': { type: 'text' },
  'error.stack_trace': { type: 'text' },
  'http.version': { type: 'keyword' },
  'http.request.method': { type: 'keyword' },
  'http.request.referrer': { type: 'keyword' },
  'http.response.status_code': { type: 'long' },
  'http.response.body.bytes': { type: 'long' },
  'url.domain': { type: 'keyword' },
  'url.path': { type: 'keyword' },
  'url.query': { type: 'keyword' },
  'url.full': { type: 'keyword' },
  'url.original': { type: 'keyword' },
  'client.ip': { type: 'ip' },
  'source.ip': { type: 'ip' },
  'user.id': { type: 'keyword' },
  'user.name': { type: 'keyword' },
  'user_agent.original': { type: 'keyword' },
  labels: { type: 'flattened' },
  tags: { type: 'keyword' },
  'logweir.source': { type: 'keyword' },
  'logweir.tag': { type: 'keyword', column: 'tag' },
  'logweir.node': { type: 'keyword', column: 'node' },
});

/** What people type instead of the ECS name. */
export const SHORT_NAMES: Readonly<Record<string, string>> = Object.freeze({
  level: 'log.level',
  service: 'service.name',
  host: 'host.name',
  container: 'container.name',
  image: 'container.image.name',
  logger: 'log.logger',
  trace: 'trace.id',
  span: 'span.id',
  tag: 'logweir.tag',
  duration: 'event.duration',
  'log.iostream': 'stream',
});

/** A field as the back ends need it. */
export interface Field {
  /** Full dotted name: `log.level`, `attributes.user_id`, `labels.team`. */
  readonly name: string;
  readonly type: FieldType | 'dynamic';
  readonly column?: string;
  /** Where it stands in a stored record: the keys from the outside in. */
  readonly path: readonly string[];
}

/** Objects that hold flat keys with dots inside, so the rest of the name is one key. */
const FLAT_OBJECTS = ['attributes', 'labels', 'container.labels'];

/** What a name means: a short name, a known ECS name, a label, else an attribute. Never fails. */
export function fieldOf(typed: string): Field {
  const name = Object.hasOwn(SHORT_NAMES, typed) ? (SHORT_NAMES[typed] ?? typed) : typed;
  const known = Object.hasOwn(KNOWN_FIELDS, name) ? KNOWN_FIELDS[name] : undefined;
  if (known !== undefined) return { name, path: name.split('.'), ...known };
  for (const object of FLAT_OBJECTS) {
    if (!name.startsWith(`${object}.`)) continue;
    const path = [...object.split('.'), name.slice(object.length + 1)];
    return { name, type: object === 'attributes' ? 'dynamic' : 'flattened', path };
  }
  return { name: `attributes.${name}`, type: 'dynamic', path: ['attributes', name] };
}

/** Kept to be shown, as it came with its colours; no store can search it. */
const SHOWN_ONLY: ReadonlySet<string> = new Set(['event.original']);

/** Where a record has what was typed, for a choice of fields: also of those that no query can ask for. */
export function storedField(typed: string): Pick<Field, 'name' | 'path'> {
  return SHOWN_ONLY.has(typed) ? { name: typed, path: typed.split('.') } : fieldOf(typed);
}
