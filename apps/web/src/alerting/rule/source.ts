/** A rule as the API takes it. The form changes single values of it, so that whatever the form does not know stays as it was. */
export type Source = Readonly<Record<string, unknown>>;

export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export const COMPARATORS = ['at_least', 'above', 'at_most', 'below'] as const;
export type Comparator = (typeof COMPARATORS)[number];

export const OCCURRENCES = ['level', 'match', 'new_term', 'change'] as const;
export const CONDITIONS = ['count', 'rate', 'ratio', 'spike', 'absence', 'distinct'] as const;
export const KINDS = [...OCCURRENCES, ...CONDITIONS] as const;
export type Kind = (typeof KINDS)[number];

/** What a kind begins with when it is chosen: complete, so that a preview can be shown at once. */
const BEGINNINGS: Readonly<Record<Kind, unknown>> = {
  level: 'error',
  match: {},
  new_term: { field: 'log.pattern', remember: '30d' },
  change: { field: 'service.version' },
  count: { over: '5m', at_least: 10 },
  rate: { over: '1m', above: '5/s' },
  ratio: { of: '', over: '5m', above: '5%' },
  spike: { over: '10m', height: 3 },
  absence: { over: '5m' },
  distinct: { field: 'user_id', over: '10m', at_least: 20 },
};

/** What the form has of each kind besides its threshold. */
export const FIELDS: Readonly<Record<Kind, readonly Part[]>> = {
  level: [],
  match: [],
  new_term: ['field', 'remember'],
  change: ['field'],
  count: ['over'],
  rate: ['over'],
  ratio: ['of', 'over', 'min_total'],
  spike: ['over', 'height', 'direction', 'min_count'],
  absence: ['over', 'forget'],
  distinct: ['field', 'over'],
};
export type Part = 'field' | 'remember' | 'over' | 'of' | 'min_total' | 'height' | 'direction' | 'min_count' | 'forget';

/** Paths of everything that the form has a field for. */
export function shownPaths(source: Source): readonly string[] {
  const kind = kindOf(source);
  const common = ['name', 'where', 'kind', 'group_by', 'severity', 'labels', 'annotations', 'notify'];
  if (kind === undefined) return common;
  const comparator = comparatorOf(source, kind);
  return [
    ...common,
    kind,
    ...FIELDS[kind].map((part) => `${kind}.${part}`),
    ...(comparator === undefined ? [] : [`${kind}.${comparator}`]),
    ...(isCondition(kind) ? ['for', 'no_data'] : ['cooldown']),
  ];
}

export function hasThreshold(kind: Kind): boolean {
  return isCondition(kind) && kind !== 'spike';
}

export function isCondition(kind: Kind | undefined): boolean {
  return CONDITIONS.some((condition) => condition === kind);
}

/** The first kind that stands in a rule. */
export function kindOf(source: Source): Kind | undefined {
  return KINDS.find((kind) => source[kind] !== undefined);
}

/** The same rule of another kind: without what goes only with the old one. Window and field are kept where both have them. */
export function withKind(source: Source, kind: Kind): Source {
  const old = kindOf(source);
  if (old === kind) return source;
  // What says when all is well again is a threshold of the old kind.
  const gone = [old, 'recover', ...(isCondition(kind) ? ['cooldown'] : ['for', 'no_data'])];
  const rest = Object.fromEntries(Object.entries(source).filter(([key]) => !gone.includes(key)));
  const body = old === undefined ? undefined : source[old];
  const beginning = BEGINNINGS[kind];
  if (!isObject(beginning)) return { ...rest, [kind]: beginning };
  const kept = isObject(body) ? Object.entries(body).filter(([key]) => key in beginning && (key === 'over' || key === 'field')) : [];
  return { ...rest, [kind]: { ...beginning, ...Object.fromEntries(kept) } };
}

/** What stands at `count.over`. */
export function valueAt(source: Source, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), source);
}

/** The rule with another value at `count.over`; undefined takes it out. */
export function withValue(source: Source, path: string, value: unknown): Source {
  const [key = '', ...inner] = path.split('.');
  const { [key]: old, ...rest } = source;
  if (inner.length === 0 && value === undefined) return rest;
  const made = inner.length === 0 ? value : withValue(isObject(old) ? old : {}, inner.join('.'), value);
  // A value that is changed stays where it stood.
  return { ...source, [key]: made };
}

/** The threshold of a kind: the first comparator that stands there. */
export function comparatorOf(source: Source, kind: Kind): Comparator | undefined {
  return COMPARATORS.find((comparator) => valueAt(source, `${kind}.${comparator}`) !== undefined);
}

/** The same threshold, compared otherwise; undefined is none. */
export function withComparator(source: Source, kind: Kind, comparator: Comparator | undefined): Source {
  const old = comparatorOf(source, kind);
  const value = old === undefined ? 0 : valueAt(source, `${kind}.${old}`);
  const without = COMPARATORS.reduce((rule, one) => withValue(rule, `${kind}.${one}`, undefined), source);
  return comparator === undefined ? without : withValue(without, `${kind}.${comparator}`, value);
}

export function isObject(value: unknown): value is Source {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A rule out of JSON, or why it is none. */
export function readSource(text: string): { readonly source: Source } | { readonly wrong: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { source: value } : { wrong: '{ … }' };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
