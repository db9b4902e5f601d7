import type { Command } from '../command.js';
import { show } from './fields.js';
import { JSON_OPTION } from './search.js';

interface Answer {
  readonly items: readonly {
    readonly name: string;
    readonly id: string;
    readonly image: string;
    readonly records: number;
    readonly last: string;
  }[];
  readonly warnings: readonly string[];
}

const SHORT_ID = 12;

export const containers: Command = {
  name: 'containers',
  summary: 'Containers that logged, also those that were removed',
  operands: '',
  least: 0,
  most: 0,
  options: [
    { name: 'from', value: '<time>', help: 'only those with records since then (all that is kept)' },
    { name: 'to', value: '<time>', help: 'only those with records before then' },
    JSON_OPTION,
  ],
  examples: ['logweir containers --from now-1h'],
  async run(call) {
    const { client, given } = call;
    const { items, warnings } = await client.json<Answer>('/api/v1/containers', { from: given.text('from'), to: given.text('to') });
    const rows = items.map(({ name, id, image, records, last }) => [
      id.slice(0, SHORT_ID),
      image,
      String(records),
      last.slice(0, 19),
      name,
    ]);
    return show(call, { items, rows: [['ID', 'IMAGE', 'RECORDS', 'LAST', 'NAME'], ...rows], warnings });
  },
};
