import { columns } from '../columns.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_OPTION, QUESTION } from './search.js';

interface Fields {
  readonly fields: readonly { readonly name: string; readonly type: string; readonly records: number; readonly example?: unknown }[];
  readonly sampled: number;
  readonly total: number;
  readonly warnings: readonly string[];
}

interface Values {
  readonly values: readonly { readonly value: string; readonly count: number; readonly share: number }[];
  readonly other: number;
  readonly warnings: readonly string[];
}

/** Characters of an example: it only shows what kind of value stands there. */
const MAX_EXAMPLE = 60;

export const fields: Command = {
  name: 'fields',
  summary: 'Fields that records have, the most frequent first; with a name, its values',
  operands: '[name]',
  least: 0,
  most: 1,
  options: [
    { name: 'query', short: 'q', value: '<query>', help: 'only of records that match' },
    ...QUESTION,
    { name: 'prefix', value: '<text>', help: 'only those that begin so, in any case' },
    { name: 'limit', short: 'n', value: '<lines>', help: 'so many' },
    JSON_OPTION,
  ],
  examples: ['logweir fields', "logweir fields http.response.status_code -q 'service:web' --from now-1d"],
  run: (call) => (call.operands[0] === undefined ? listFields(call) : listValues(call, call.operands[0])),
};

function questionOf({ given }: Call) {
  const { text, texts, number } = given;
  return { q: text('query'), from: text('from'), to: text('to'), filter: texts('filter'), prefix: text('prefix'), limit: number('limit') };
}

async function listFields(call: Call): Promise<number> {
  const { client, output } = call;
  const answer = await client.json<Fields>('/api/v1/fields', questionOf(call));
  const rows = answer.fields.map(({ name, type, records, example }) => [name, type, String(records), exampleText(example)]);
  if (answer.sampled < answer.total) output.note(`counted in the newest ${answer.sampled} of ${answer.total} records`);
  return show(call, { items: answer.fields, rows: [['NAME', 'TYPE', 'RECORDS', 'EXAMPLE'], ...rows], warnings: answer.warnings });
}

async function listValues(call: Call, name: string): Promise<number> {
  const answer = await call.client.json<Values>(`/api/v1/fields/${encodeURIComponent(name)}/values`, questionOf(call));
  const rows = answer.values.map(({ value, count, share }) => [String(count), `${(share * 100).toFixed(1)} %`, value]);
  if (answer.other > 0) call.output.note(`${answer.other} records have other values; --limit gives more`);
  return show(call, { items: answer.values, rows: [['COUNT', 'SHARE', 'VALUE'], ...rows], warnings: answer.warnings });
}

interface Shown {
  readonly items: readonly unknown[];
  readonly rows: readonly (readonly string[])[];
  readonly warnings: readonly string[];
}

/** A table, or a line of JSON for each. */
export async function show({ given, output }: Call, { items, rows, warnings }: Shown): Promise<number> {
  for (const warning of warnings) output.note(`warning: ${warning}`);
  if (items.length === 0) return EXIT.nothing;
  for (const line of given.is('json') ? items.map((item) => JSON.stringify(item)) : columns(rows)) await output.line(line);
  return EXIT.found;
}

function exampleText(example: unknown): string {
  if (example === undefined) return '';
  const text = typeof example === 'string' ? example : JSON.stringify(example);
  const line = text.replaceAll('\n', ' ');
  return line.length > MAX_EXAMPLE ? `${line.slice(0, MAX_EXAMPLE)}…` : line;
}
