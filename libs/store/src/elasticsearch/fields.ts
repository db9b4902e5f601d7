/**
 * How each field of a record is indexed. Text that people search by words is `match_only_text`; every keyword has an
 * `ignore_above`, because a longer value would cost the whole document (32 766 bytes is Lucene's limit for one term).
 */

/** Characters. Longer values stay in the record, but are not found by this field. */
const KEYWORD_LIMIT = 1_024;
/** Four bytes a character at most: below Lucene's limit in any script. */
const FLATTENED_LIMIT = 8_191;

export interface FieldMapping {
  readonly [setting: string]: unknown;
}

const keyword: FieldMapping = { type: 'keyword', ignore_above: KEYWORD_LIMIT };
const wildcard: FieldMapping = { type: 'wildcard', ignore_above: FLATTENED_LIMIT };
const text: FieldMapping = { type: 'match_only_text' };
const long: FieldMapping = { type: 'long' };
const ip: FieldMapping = { type: 'ip' };
const flattened: FieldMapping = { type: 'flattened', ignore_above: FLATTENED_LIMIT };
const unindexed: FieldMapping = { type: 'keyword', index: false, doc_values: false };
const nanoseconds: FieldMapping = { type: 'date_nanos', format: 'strict_date_optional_time_nanos' };
const alias = (path: string): FieldMapping => ({ type: 'alias', path });

/** Full ECS name → mapping. `attributes` stands apart: its keys come as they like. */
const FIELDS: Readonly<Record<string, FieldMapping>> = {
  // The one field that may cost the record: without a place in time it could never be found.
  '@timestamp': { ...nanoseconds, ignore_malformed: false },
  message: text,
  stream: keyword,
  tags: keyword,
  labels: flattened,
  'client.ip': ip,
  'container.id': keyword,
  'container.image.name': keyword,
  'container.image.tag': keyword,
  'container.labels': flattened,
  'container.name': keyword,
  'container.runtime': keyword,
  'error.message': text,
  'error.stack_trace': text,
  'error.type': keyword,
  'event.created': nanoseconds,
  'event.dataset': keyword,
  'event.duration': long,
  'event.id': keyword,
  'event.original': unindexed,
  'event.sequence': long,
  'event.severity': long,
  'host.name': keyword,
  'http.request.method': keyword,
  'http.request.referrer': keyword,
  'http.response.body.bytes': long,
  'http.response.status_code': long,
  'http.version': keyword,
  // OpenTelemetry's name for what ECS has no field for.
  'log.iostream': alias('stream'),
  'log.level': keyword,
  'log.logger': keyword,
  'log.origin.file.line': long,
  'log.origin.file.name': keyword,
  'log.origin.function': keyword,
  'log.pattern': keyword,
  'log.syslog.facility.code': long,
  'log.syslog.severity.code': long,
  'logweir.folded': text,
  'logweir.node': keyword,
  'logweir.source': keyword,
  'logweir.tag': keyword,
  'process.pid': long,
  'process.thread.id': long,
  'process.thread.name': keyword,
  'service.environment': keyword,
  'service.name': keyword,
  'service.node.name': keyword,
  'service.version': keyword,
  'source.ip': ip,
  'span.id': keyword,
  'trace.id': keyword,
  'url.domain': keyword,
  'url.full': wildcard,
  'url.original': wildcard,
  'url.path': wildcard,
  'url.query': keyword,
  'user.id': keyword,
  'user.name': keyword,
  'user_agent.original': keyword,
};

const asText = { as_text: keyword };
const asNumber = { as_number: { type: 'double', ignore_malformed: true } };

/**
 * The first value of a key decides its type. The twin keeps the values that do not fit: a number under a text key is in
 * `.as_number` as well, a text under a number key only in `.as_text`. Truth values are text, so that "maybe" fits, too.
 */
export const DYNAMIC_TEMPLATES: readonly Readonly<Record<string, FieldMapping>>[] = [
  {
    attributes_text: {
      path_match: 'attributes.*',
      match_mapping_type: ['string', 'boolean'],
      mapping: { ...keyword, fields: asNumber },
    },
  },
  {
    attributes_number: {
      path_match: 'attributes.*',
      match_mapping_type: ['long', 'double'],
      mapping: { type: 'double', ignore_malformed: true, fields: asText },
    },
  },
  { other_text: { match_mapping_type: 'string', mapping: keyword } },
];

/** The mapping's `properties`: the table above as nested objects, and the free fields. */
export function mappingProperties(): Record<string, FieldMapping> {
  const root: Record<string, FieldMapping> = { attributes: { type: 'passthrough', priority: 10, dynamic: true } };
  for (const [name, mapping] of Object.entries(FIELDS)) place(root, name.split('.'), mapping);
  return root;
}

function place(properties: Record<string, FieldMapping>, path: readonly string[], mapping: FieldMapping): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    properties[key] = mapping;
    return;
  }
  const inner = (properties[key] ??= { properties: {} });
  place(inner['properties'] as Record<string, FieldMapping>, rest, mapping);
}
