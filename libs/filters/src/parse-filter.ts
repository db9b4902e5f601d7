/** From a plain value (YAML or JSON) to a `Filter`; all mistakes at once, each with its field and what is allowed. */
import { compileSearch, parseQuery, QueryError, type RegexSearch } from '#libs/query';
import {
  type Finding,
  integer,
  isObject,
  ObjectReader,
  oneOf,
  type Read,
  readField,
  readList,
  readName,
  readQuery,
  Refusal,
  show,
} from '#libs/rules';
import { ACTIONS, type Filter, PATTERNS, type RedactFilter } from './filter.js';
import { MAX_FIELDS, MAX_KEEP } from './limits.js';

const KINDS = ['redact', 'drop', 'sample'] as const;
/** What records are found and put in order by, and what tells who wrote them. */
const FIXED = /^(?:@timestamp|event\..*|log\.level|log\.pattern|logweir\..*|\*)$/;
const KEEP = /^1\s+in\s+(\d{1,7})$/;

export interface FilterRules {
  /** There is a key for hashes. */
  readonly canHash: boolean;
}

export function readFilter(value: unknown, rules: FilterRules): { readonly item: Filter } | { readonly findings: readonly Finding[] } {
  if (!isObject(value))
    return { findings: [{ path: [], message: `${show(value)} is not a filter: write an object with name and a kind` }] };
  const findings: Finding[] = [];
  const reader = new ObjectReader(value, [], findings);
  const name = reader.required('name', readName, 'health-checks') ?? '';
  const [kind, another] = reader.present(KINDS) as (typeof KINDS)[number][];
  if (another !== undefined) reader.refuse(`one kind only, not ${kind} and ${another}: write two filters`, another);
  if (kind === undefined) reader.refuse(`has no kind: write one of ${KINDS.join(', ')}`);
  const inner = kind && reader.object(kind);
  reader.finish();
  const item = inner && kind && { redact: readRedact, drop: readDrop, sample: readSample }[kind](name, inner, rules);
  inner?.finish();
  return item === undefined || findings.length > 0 ? { findings } : { item };
}

/** What a person calls the filter, also when the name is not a good one. */
export function nameOfFilter(value: unknown): string | undefined {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'].slice(0, 128) : undefined;
}

function readRedact(name: string, reader: ObjectReader, { canHash }: FilterRules): RedactFilter {
  const patterns = reader.optional('patterns', (value) => readList(value, oneOf(PATTERNS))) ?? [];
  const regex = reader.optional('regex', readRegex);
  const fields = reader.optional('fields', readFields) ?? [];
  const action = reader.optional('action', oneOf(ACTIONS)) ?? 'mask';
  if (reader.present(['patterns', 'regex', 'fields']).length === 0) {
    reader.refuse(`says not what: write patterns (${PATTERNS.join(', ')}), regex or fields`);
  }
  if (action === 'hash' && !canHash) {
    reader.refuse('a hash needs a key, so that nobody can guess what it is of: set LOGWEIR_FILTERS_HASH_KEY (or …_FILE)', 'action');
  }
  return { name, kind: 'redact', patterns, fields, action, ...(regex && { regex }) };
}

function readDrop(name: string, reader: ObjectReader): Filter | undefined {
  const where = reader.required('where', readWhere, `'url.path: "/healthz"'`);
  return where && { name, kind: 'drop', where };
}

function readSample(name: string, reader: ObjectReader): Filter | undefined {
  const where = reader.optional('where', readWhere) ?? parseQuery('');
  const keep = reader.required('keep', readKeep, '1 in 10');
  return keep === undefined ? undefined : { name, kind: 'sample', where, keep };
}

const readWhere: Read<ReturnType<typeof parseQuery>> = (value) => {
  const { query } = readQuery(value);
  if (query.type !== 'all') return query;
  throw new Refusal('an empty query is every record: say which, or leave it out of a sample');
};

const readKeep: Read<number> = (value) => {
  const found = KEEP.exec(String(value));
  if (found !== null) return integer(2, MAX_KEEP)(Number(found[1]));
  throw new Refusal(`${show(value)} is not a share: write 1 in 10 (2 to ${MAX_KEEP})`);
};

const readFields: Read<string[]> = (value) => {
  const fields = readList(value, readFieldOrPrefix);
  if (fields.length === 0 || fields.length > MAX_FIELDS) throw new Refusal(`${fields.length} fields; 1 to ${MAX_FIELDS} are allowed`);
  return fields;
};

/** The full name; `attributes.customer.*` for all that begin so. */
function readFieldOrPrefix(value: unknown): string {
  const name = typeof value === 'string' && value.endsWith('*') ? prefixOf(value.slice(0, -1)) : readField(value);
  if (FIXED.test(name)) throw new Refusal(`${name} cannot be redacted: records are found, put in order or counted by it`);
  return name;
}

function prefixOf(typed: string): string {
  return typed === '' ? '*' : `${readField(`${typed}x`).slice(0, -1)}*`;
}

const readRegex: Read<RegexSearch> = (value) => {
  if (typeof value !== 'string' || value === '') throw new Refusal(`${show(value)} is not a regular expression: write a text in '…'`);
  try {
    const search = compileSearch(value);
    if (search.matchesNothing) throw new Refusal('matches the empty text, so it would be everywhere: say what must be there');
    return search;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const hint = error.hint === '' ? '' : ` ${error.hint}`;
    throw new Refusal(`character ${error.position + 1} of ${show(value)}: ${error.message}${hint}`, error.position);
  }
};
