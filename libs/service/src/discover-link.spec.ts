import type { Alert, Notification } from '#libs/alerts';
import { DiscoverLinks } from '#libs/kibana';
import { discoverLink } from './discover-link.js';

const OPTIONS = { kibana: new DiscoverLinks('https://kibana.example'), externalUrl: 'http://logweir.example' };

const link = (...generatorUrls: readonly string[]): string | undefined =>
  discoverLink({ alerts: generatorUrls.map((generatorUrl) => ({ generatorUrl }) as Alert) } as unknown as Notification, OPTIONS).kibana;

const search = (q: string, from = '1795262400000'): string =>
  `http://logweir.example/api/v1/logs?${new URLSearchParams({ q, from, to: '1795262460000' }).toString()}`;

it('leads to the records behind the first alert of a rule of ours', () => {
  const url = decodeURIComponent(link('http://prometheus.example/graph', search('(level:error) and service: "pay"')) ?? '');
  expect(url).toContain("query:'log.level : error and service.name : pay'");
  expect(url).toContain("from:'2026-11-21T12:00:00.000Z',to:'2026-11-21T12:01:00.000Z'");
});

it.each([
  ['alerts from outside', 'http://prometheus.example/graph?q=x'],
  ['alerts without a link', ''],
  ['a query that is too long for the language', search('x '.repeat(9_000))],
  ['times that are none', search('x', 'now')],
])('is left out for %s', (_what, url) => {
  expect(link(url)).toBeUndefined();
});
