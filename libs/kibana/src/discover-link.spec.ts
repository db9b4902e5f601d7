import fc from 'fast-check';
import rison from 'rison-node';
import { parseQuery } from '#libs/query';
import { DiscoverLinks } from './discover-link.js';
import { toKibana } from './kql.js';

const { decode } = rison;

const NOW_NS = 1_795_262_400_000_000_000n;
const links = new DiscoverLinks('https://kibana.example/s/ops/');

interface Opened {
  readonly page: string;
  readonly global: { readonly time: { readonly from: string; readonly to: string } };
  readonly app: {
    readonly query: { readonly query: string; readonly language: string };
    readonly filters: readonly { readonly query: unknown; readonly meta: { readonly index: string; readonly alias: string } }[];
    readonly columns?: readonly string[];
    readonly sort: readonly (readonly string[])[];
    readonly dataSource: Readonly<Record<string, string>>;
  };
}

/** What Kibana makes of the address: percent signs first, then rison. */
function open(url: string | undefined): Opened {
  const { origin, pathname, hash } = new URL(url ?? '');
  const [route, query] = hash.split('?');
  const state = Object.fromEntries((query ?? '').split('&').map((pair) => [pair.slice(0, 2), decodeURIComponent(pair.slice(3))]));
  return {
    page: origin + pathname + route,
    global: decode(state['_g'] ?? '') as Opened['global'],
    app: decode(state['_a'] ?? '') as Opened['app'],
  };
}

const ask = (text: string, more: object = {}) =>
  links.link({ query: parseQuery(text), fromNs: NOW_NS - 900_000_000_001n, toNs: NOW_NS, nowNs: NOW_NS, ...more });

it('opens Discover in the right space, data view, range, order and columns', () => {
  const { url, notes } = ask('level:error timeout', { columns: ['log.level', 'message'], order: 'asc' });
  expect(notes).toEqual([]);
  expect(open(url)).toEqual({
    page: 'https://kibana.example/s/ops/app/discover#/',
    global: { time: { from: '2026-11-21T11:44:59.999Z', to: '2026-11-21T12:00:00.000Z' } },
    app: {
      columns: ['log.level', 'message'],
      dataSource: { dataViewId: 'logweir', type: 'dataView' },
      filters: [],
      query: { language: 'kuery', query: 'log.level : error and message : timeout' },
      sort: [['@timestamp', 'asc']],
    },
  });
});

it('leaves the columns to Discover when none are asked for', () => {
  expect(open(ask('x').url).app).not.toHaveProperty('columns');
});

it('says which clauses stand as filters, and on which data view', () => {
  const { url, notes } = ask('user_id:7');
  expect(notes).toEqual(['a filter beside the query, as Kibana’s KQL cannot say it: user_id:7'.replace('’', "'")]);
  const [filter] = open(url).app.filters;
  expect(filter).toMatchObject({ meta: { index: 'logweir', alias: 'user_id:7' }, query: { bool: expect.anything() } });
});

it('says that a link is too long, instead of one that breaks on its way', () => {
  const { url, notes } = ask(Array.from({ length: 200 }, (_, index) => `attribute_${index}:${index}`).join(' '));
  expect(url).toBeUndefined();
  expect(notes).toEqual([expect.stringMatching(/^the link would have \d{5} characters, more than the 30000/)]);
});

it('carries any query unchanged', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom("it's", '100%', '%27', 'a&b=c', '#', '(x)', '!t', 'a+b'),
  );
  const clause = fc
    .tuple(fc.constantFrom('', 'service:', 'user_id:', 'labels.team:', 'log.logger >='), text)
    .map(([field, value]) => `${field}"${value.replace(/["\\]/gu, '\\$&')}"`);
  fc.assert(
    fc.property(fc.array(clause, { minLength: 1, maxLength: 3 }), (clauses) => {
      const query = parseQuery(clauses.join(' and '));
      const wanted = toKibana(query, { nowNs: NOW_NS });
      const { app } = open(links.link({ query, fromNs: 0n, toNs: NOW_NS, nowNs: NOW_NS }).url);
      expect(app.query.query).toBe(wanted.kql);
      expect(app.filters.map((filter) => filter.query)).toEqual(wanted.filters.map((filter) => filter.query));
    }),
    { numRuns: 300 },
  );
});
