import { eventually } from '../support/eventually.js';
import type { Hub } from '../support/hub.js';

const NUMBER = /lw_seq=(\d+)\./g;

/** How often each number stands in the store, found in the messages (a joined record holds several). */
export async function storedNumbers(store: 'duckdb' | 'elasticsearch', hub: Hub, namespace: string): Promise<Map<number, number>> {
  return countNumbers(store === 'duckdb' ? overRest(hub) : overElasticsearch(process.env['ELASTICSEARCH_URL'] ?? '', namespace));
}

/** The same for a data stream, whose server is not the one of ELASTICSEARCH_URL. */
export function numbersInStream(url: string, namespace: string): Promise<Map<number, number>> {
  return countNumbers(overElasticsearch(url, namespace));
}

async function countNumbers(messages: AsyncIterable<string>): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for await (const message of messages) {
    for (const [, digits] of message.matchAll(NUMBER)) counts.set(Number(digits), (counts.get(Number(digits)) ?? 0) + 1);
  }
  return counts;
}

interface Page {
  readonly items: readonly { readonly message?: string }[];
  readonly next?: string | null;
}

async function* overRest(hub: Hub): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ from: 'now-1d', to: 'now+1d', limit: '1000', order: 'asc', ...(cursor ? { cursor } : {}) });
    const response = await fetch(`${hub.addresses['api']}/api/v1/logs?${query.toString()}`);
    if (!response.ok) throw new Error(await response.text());
    const page = (await response.json()) as Page;
    for (const item of page.items) yield item.message ?? '';
    cursor = page.next ?? undefined;
  } while (cursor);
}

interface Found {
  readonly hits: { readonly hits: readonly { readonly _source: { readonly message?: string }; readonly sort: readonly unknown[] }[] };
}

/** Straight from the data stream, so that what the API would hide is seen. */
async function* overElasticsearch(url: string, namespace: string): AsyncGenerator<string> {
  const stream = `${url}/logs-logweir-${namespace}`;
  const refreshed = await fetch(`${stream}/_refresh`, { method: 'POST' });
  if (!refreshed.ok) throw new Error(await refreshed.text());
  let after: readonly unknown[] | undefined;
  for (;;) {
    // Copies share their sequence: a page is cut where it changes, so that none falls between two pages.
    const body = JSON.stringify({
      size: 10_000,
      _source: ['message'],
      sort: ['event.sequence'],
      ...(after ? { search_after: after } : {}),
    });
    const response = await fetch(`${stream}/_search?allow_partial_search_results=false`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    if (!response.ok) throw new Error(await response.text());
    const hits = ((await response.json()) as Found).hits.hits;
    const last = hits.at(-1)?.sort[0];
    const whole = hits.length < 10_000 ? hits : hits.filter((hit) => hit.sort[0] !== last);
    for (const hit of whole) yield hit._source.message ?? '';
    if (hits.length < 10_000) return;
    after = whole.at(-1)?.sort;
  }
}

/** A new backing index, so that the old one's ids no longer guard against copies. */
export async function rollover(namespace: string): Promise<void> {
  await fetch(`${process.env['ELASTICSEARCH_URL']}/logs-logweir-${namespace}/_rollover`, { method: 'POST' });
}

export async function removeStream(namespace: string): Promise<void> {
  await fetch(`${process.env['ELASTICSEARCH_URL']}/_data_stream/logs-logweir-${namespace}`, { method: 'DELETE' });
}

/** Waits until the journal has nothing left for the store. */
export async function drained(hub: Pick<Hub, 'addresses'>): Promise<void> {
  await eventually(async () => {
    const text = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
    const left = Number(/^logweir_journal_records (\S+)/m.exec(text)?.[1] ?? NaN);
    if (left !== 0) throw new Error(`${left} records still in the journal`);
  }, 120_000);
}
