/**
 * What Kibana 9 sends to Elasticsearch for a query, as its source has it (kbn-es-query `kuery/functions/is.ts`, `range.ts`;
 * Discover's documents; Lens by way of `esaggs`). The tree of a query comes from our parser, which reads all of Kibana's KQL
 * that our links hold; what each leaf means is Kibana's: it looks at the types that `_field_caps` tells.
 */
import { parseQuery, type Query, type Value } from '#libs/query';

export interface Dsl {
  readonly [clause: string]: unknown;
}

/** Field → its types, from `_field_caps`. */
export type FieldTypes = ReadonlyMap<string, readonly string[]>;

const OPERATORS = { '>': 'gt', '>=': 'gte', '<': 'lt', '<=': 'lte' } as const;

export function kuery(text: string, types: FieldTypes): Dsl {
  return text === '' ? { match_all: {} } : clause(parseQuery(text), types);
}

function clause(query: Query, types: FieldTypes): Dsl {
  switch (query.type) {
    case 'all':
      return { match_all: {} };
    case 'and':
      return { bool: { filter: query.clauses.map((inner) => clause(inner, types)) } };
    case 'or':
      return any(query.clauses.map((inner) => clause(inner, types)));
    case 'not':
      return { bool: { must_not: clause(query.clause, types) } };
    case 'exists':
      return any(fieldsOf(query.field, types).map((field) => ({ exists: { field } })));
    case 'range':
      return any([{ range: { [query.field]: { [OPERATORS[query.operator]]: query.value, ...zone(query.field, types) } } }]);
    case 'match':
      return any([match(query.field ?? '', query.value, types)]);
  }
}

const any = (should: readonly Dsl[]): Dsl => ({ bool: { should, minimum_should_match: 1 } });

const zone = (field: string, types: FieldTypes): object => (isDate(field, types) ? { time_zone: 'Asia/Seoul' } : {});

const isDate = (field: string, types: FieldTypes): boolean => types.get(field)?.some((type) => type.startsWith('date')) ?? false;

/** A name with a star stands for the fields that fit, or for itself when there are none. */
function fieldsOf(name: string, types: FieldTypes): string[] {
  if (!name.includes('*')) return [name];
  const pattern = new RegExp(
    `^${name
      .split('*')
      .map((part) => part.replace(/[.\\^$+?()[\]{}|]/gu, '\\$&'))
      .join('.*')}$`,
    'u',
  );
  const fitting = [...types.keys()].filter((field) => pattern.test(field));
  return fitting.length === 0 ? [name] : fitting;
}

function match(field: string, value: Value, types: FieldTypes): Dsl {
  const isKeyword = types.get(field)?.join() === 'keyword';
  switch (value.kind) {
    case 'wildcard': {
      const pattern = value.parts.map((part) => part.replace(/[+\-=&|><!(){}[\]^"~*?:\\/]/gu, '\\$&')).join('*');
      return isKeyword ? { wildcard: { [field]: { value: pattern } } } : { query_string: { fields: [field], query: pattern } };
    }
    case 'regex':
      throw new Error(`Kibana's KQL has no regular expressions: ${value.pattern}`);
    default:
      if (isDate(field, types)) return { range: { [field]: { gte: value.text, lte: value.text, ...zone(field, types) } } };
      if (isKeyword) return { term: { [field]: { value: value.text } } };
      return { [value.kind === 'phrase' ? 'match_phrase' : 'match']: { [field]: value.text } };
  }
}

export interface Asked {
  readonly query: Dsl;
  readonly filters?: readonly Dsl[];
  /** RFC 3339, whole milliseconds. */
  readonly from: string;
  readonly to: string;
}

/** Query, filters and time range stand together in one `bool`. */
export function whole({ query, filters = [], from, to }: Asked): Dsl {
  const range = { range: { '@timestamp': { format: 'strict_date_optional_time', gte: from, lte: to } } };
  return { bool: { must: [], filter: [query, ...filters, range], should: [], must_not: [] } };
}

/** Discover's documents. */
export function discoverBody(asked: Asked): Dsl {
  const time = { format: 'strict_date_optional_time', unmapped_type: 'boolean' };
  return {
    sort: [{ '@timestamp': { order: 'desc', ...time, numeric_type: 'date_nanos' } }, { _doc: { order: 'desc', unmapped_type: 'boolean' } }],
    track_total_hits: true,
    fields: [
      { field: '*', include_unmapped: true },
      { field: '@timestamp', format: 'strict_date_optional_time' },
      { field: 'event.created', format: 'strict_date_optional_time' },
    ],
    size: 500,
    version: true,
    script_fields: {},
    stored_fields: ['*'],
    runtime_mappings: {},
    _source: false,
    query: whole(asked),
    highlight: {
      pre_tags: ['@kibana-highlighted-field@'],
      post_tags: ['@/kibana-highlighted-field@'],
      fields: { '*': {} },
      fragment_size: 2_147_483_647,
    },
  };
}

interface LensColumn {
  readonly operationType: string;
  readonly sourceField: string;
  readonly filter?: { readonly query: string };
  readonly params: { readonly size?: number; readonly orderBy?: { readonly columnId: string } };
}

/** The aggregations of one layer of a Lens chart: buckets inside each other, then what is counted in them. */
export function lensAggregations(columns: readonly (readonly [id: string, column: LensColumn])[], asked: Asked, types: FieldTypes): Dsl {
  const bucket = columns.find(([, { operationType }]) => operationType === 'date_histogram' || operationType === 'terms');
  if (bucket === undefined) return Object.fromEntries(columns.flatMap(([id, column]) => metric(id, column, types)));
  const [id, { operationType, sourceField, params }] = bucket;
  const rest = columns.filter((column) => column !== bucket);
  const by = params.orderBy?.columnId ?? '';
  const isCount = columns.some(([other, column]) => other === by && column.operationType === 'count' && column.filter === undefined);
  const order = { [isCount ? '_count' : by]: 'desc' };
  const own =
    operationType === 'terms'
      ? { terms: { field: sourceField, size: params.size, shard_size: 25, order } }
      : {
          date_histogram: {
            field: sourceField,
            fixed_interval: '30s',
            time_zone: 'Asia/Seoul',
            extended_bounds: { min: Date.parse(asked.from), max: Date.parse(asked.to) },
          },
        };
  return { [id]: { ...own, aggs: lensAggregations(rest, asked, types) } };
}

/** Records themselves are counted by the buckets. */
function metric(id: string, { operationType, sourceField, filter }: LensColumn, types: FieldTypes): [string, Dsl][] {
  if (operationType === 'max') return [[id, { max: { field: sourceField } }]];
  return filter === undefined ? [] : [[id, { filter: kuery(filter.query, types) }]];
}

/** The second request of a list with "other": everything that the first one did not name. */
export function otherBucket(field: string, named: readonly string[], inner: Dsl): Dsl {
  const must_not = named.map((value) => ({ match_phrase: { [field]: value } }));
  const filters = { '': { bool: { must: [], filter: [{ exists: { field } }], should: [], must_not } } };
  return { 'other-filter': { filters: { filters }, aggs: inner } };
}
