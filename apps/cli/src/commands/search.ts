import type { Call, Command, Option } from '../command.js';
import { EXIT } from '../exit.js';
import { type PrintedRecord, recordText } from '../record-text.js';

/** What an answer may hold. */
const PAGE = 1_000;
const DEFAULT_LIMIT = 100;

export const QUESTION: readonly Option[] = [
  { name: 'from', value: '<time>', help: 'from then on: now-1h, 2026-11-21T10:00:00Z, epoch ms (now-15m)' },
  { name: 'to', value: '<time>', help: 'until then (now)' },
  { name: 'filter', value: '<field:value>', repeats: true, help: 'exactly this value, can be repeated' },
];

export const JSON_OPTION: Option = { name: 'json', help: 'one JSON object a line, as the API has it' };

interface Page {
  readonly items: readonly PrintedRecord[];
  readonly next?: string;
  readonly total: { readonly value: number; readonly exact: boolean };
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

export const search: Command = {
  name: 'search',
  summary: 'Records that match, oldest first',
  operands: '[query...]',
  least: 0,
  most: Infinity,
  options: [
    ...QUESTION,
    { name: 'limit', short: 'n', value: '<records>', help: `so many of the newest (${DEFAULT_LIMIT})` },
    { name: 'all', help: 'every record of the time range' },
    JSON_OPTION,
  ],
  examples: ['logweir search level:error', "logweir search 'service:cart and not timeout' --from now-1d --all --json"],
  async run(call) {
    const { given, output } = call;
    const limit = given.is('all') ? Infinity : (given.number('limit') ?? DEFAULT_LIMIT);
    const print = (record: PrintedRecord): Promise<void> =>
      output.line(given.is('json') ? JSON.stringify(record) : recordText(record, output));
    const found = limit === Infinity ? await printAll(call, print) : await printNewest(call, limit, print);
    return found > 0 ? EXIT.found : EXIT.nothing;
  },
};

async function printAll(call: Call, print: (record: PrintedRecord) => Promise<void>): Promise<number> {
  let found = 0;
  for await (const page of pages(call, 'asc', Infinity)) {
    for (const record of page.items) await print(record);
    found += page.items.length;
  }
  return found;
}

async function printNewest(call: Call, limit: number, print: (record: PrintedRecord) => Promise<void>): Promise<number> {
  const records: PrintedRecord[] = [];
  let total: Page['total'] = { value: 0, exact: true };
  for await (const page of pages(call, 'desc', limit)) {
    records.push(...page.items);
    total = records.length === page.items.length ? page.total : total;
  }
  for (const record of records.reverse()) await print(record);
  if (total.value > records.length && records.length > 0) {
    call.output.note(`the newest ${records.length} of ${total.exact ? '' : 'more than '}${total.value}; --limit and --all give more`);
  }
  return records.length;
}

async function* pages({ client, given, operands, output }: Call, order: 'asc' | 'desc', limit: number): AsyncGenerator<Page> {
  const question = { q: operands.join(' '), from: given.text('from'), to: given.text('to'), filter: given.texts('filter'), order };
  let cursor: string | undefined;
  for (let left = limit; left > 0;) {
    const page = await client.json<Page>('/api/v1/logs', { ...question, cursor, limit: Math.min(left, PAGE) });
    yield page;
    for (const warning of page.warnings) output.note(`warning: ${warning}`);
    left -= page.items.length;
    cursor = page.next;
    if (cursor === undefined) return;
  }
}
