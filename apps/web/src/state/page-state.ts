/** All that a person has chosen, in the query string of the address: whoever opens the address sees the same. */
export interface PageState {
  readonly view: View;
  readonly q: string;
  /** As the API reads them: `now-15m`, RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** `field:value`, all must match. */
  readonly filters: readonly string[];
  /** Names of fields, in the order in which they are shown; time and level stand before them. */
  readonly columns: readonly string[];
  /** Names of fields whose values are counted beside the list. */
  readonly facets: readonly string[];
  readonly zone: 'local' | 'utc';
  readonly wrap: boolean;
  readonly density: 'dense' | 'airy';
  /** Text that is marked in the lines without choosing any. */
  readonly mark: string;
  /** Id of the record that is open, and whether the lines around it are shown. */
  readonly record: string;
  readonly around: Scope | '';
  readonly tail: boolean;
  /** Of patterns. */
  readonly order: Order;
  /** Name of the rule that is being edited. */
  readonly rule: string;
  /** A rule that is not saved yet, in JSON as the API takes it. */
  readonly draft: string;
  /** The version of the rule that the draft began from; 0 where there is none. */
  readonly version: number;
  /** How far back a rule is tried. */
  readonly tried: Tried;
}

export const VIEWS = ['logs', 'patterns', 'alerts', 'silences', 'rules', 'hub'] as const;
export type View = (typeof VIEWS)[number];

export const SCOPES = ['stream', 'service', 'all'] as const;
export type Scope = (typeof SCOPES)[number];

/** As the API calls them: most records first, or what was first seen last. */
export const ORDERS = ['count', 'new'] as const;
export type Order = (typeof ORDERS)[number];

export const TRIED = ['1h', '24h'] as const;
export type Tried = (typeof TRIED)[number];

export const DEFAULTS: PageState = {
  view: 'logs',
  q: '',
  from: 'now-15m',
  to: 'now',
  filters: [],
  columns: ['service.name', 'message'],
  facets: ['log.level', 'service.name', 'container.name', 'host.name', 'stream'],
  zone: 'local',
  wrap: false,
  density: 'dense',
  mark: '',
  record: '',
  around: '',
  tail: false,
  order: 'count',
  rule: '',
  draft: '',
  version: 0,
  tried: '1h',
};

/** No form for a rule is open. */
export const CLOSED = { rule: '', draft: '', version: 0 } as const;

/** More columns than this fit no screen, more facets and filters the API refuses. */
const MAX_COLUMNS = 20;
export const MAX_FACETS = 20;
const MAX_FILTERS = 50;

/** Reads a query string; what it does not say, or says wrong, is as in `DEFAULTS`. */
export function parseState(search: string): PageState {
  const given = new URLSearchParams(search);
  const text = (name: string, otherwise: string): string => given.get(name) ?? otherwise;
  const oneOf = <T extends string>(name: string, allowed: readonly T[], otherwise: T): T =>
    allowed.find((value) => value === given.get(name)) ?? otherwise;
  const names = (name: string, most: number, otherwise: readonly string[]): readonly string[] => {
    const chosen = text(name, '').split(',').filter(Boolean);
    return chosen.length > 0 ? [...new Set(chosen)].slice(0, most) : otherwise;
  };
  return {
    view: oneOf('view', VIEWS, DEFAULTS.view),
    q: text('q', DEFAULTS.q),
    from: text('from', '') || DEFAULTS.from,
    to: text('to', '') || DEFAULTS.to,
    filters: given.getAll('filter').filter(Boolean).slice(0, MAX_FILTERS),
    columns: names('columns', MAX_COLUMNS, DEFAULTS.columns),
    facets: names('facets', MAX_FACETS, DEFAULTS.facets),
    zone: oneOf('zone', ['local', 'utc'], DEFAULTS.zone),
    wrap: given.get('wrap') === '1',
    density: oneOf('density', ['dense', 'airy'], DEFAULTS.density),
    mark: text('mark', DEFAULTS.mark),
    record: text('record', DEFAULTS.record),
    around: oneOf<Scope | ''>('around', SCOPES, ''),
    tail: given.get('tail') === '1',
    order: oneOf('order', ORDERS, DEFAULTS.order),
    rule: text('rule', DEFAULTS.rule),
    draft: text('draft', DEFAULTS.draft),
    version: /^\d{1,15}$/.test(text('version', '')) ? Number(given.get('version')) : DEFAULTS.version,
    tried: oneOf('tried', TRIED, DEFAULTS.tried),
  };
}

/** The shortest query string that `parseState` reads back as the same: `''`, or with its question mark. */
export function formatState(state: PageState): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string, otherwise: string): void => {
    if (value !== otherwise) query.set(name, value);
  };
  put('view', state.view, DEFAULTS.view);
  put('q', state.q, DEFAULTS.q);
  put('from', state.from, DEFAULTS.from);
  put('to', state.to, DEFAULTS.to);
  for (const filter of state.filters) query.append('filter', filter);
  put('columns', state.columns.join(','), DEFAULTS.columns.join(','));
  put('facets', state.facets.join(','), DEFAULTS.facets.join(','));
  put('zone', state.zone, DEFAULTS.zone);
  put('wrap', state.wrap ? '1' : '', '');
  put('density', state.density, DEFAULTS.density);
  put('mark', state.mark, DEFAULTS.mark);
  put('record', state.record, DEFAULTS.record);
  put('around', state.around, DEFAULTS.around);
  put('tail', state.tail ? '1' : '', '');
  put('order', state.order, DEFAULTS.order);
  put('rule', state.rule, DEFAULTS.rule);
  put('draft', state.draft, DEFAULTS.draft);
  put('version', String(state.version), String(DEFAULTS.version));
  put('tried', state.tried, DEFAULTS.tried);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
