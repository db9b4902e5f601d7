import type { Command } from '../command.js';
import { show } from './fields.js';
import { JSON_OPTION, QUESTION } from './search.js';

interface Patterns {
  readonly patterns: readonly {
    readonly id: string;
    readonly template: string;
    readonly count: number;
    readonly share: number;
    readonly level?: string;
    readonly services: readonly string[];
  }[];
  readonly other: number;
  readonly warnings: readonly string[];
}

export const patterns: Command = {
  name: 'patterns',
  summary: 'What messages have in common, the most frequent first',
  operands: '[query...]',
  least: 0,
  most: Infinity,
  options: [
    ...QUESTION,
    { name: 'order', value: '<order>', choices: ['count', 'new'], help: 'most records first, or what was first seen last (count)' },
    { name: 'limit', short: 'n', value: '<patterns>', help: 'so many (50)' },
    JSON_OPTION,
  ],
  examples: ['logweir patterns level:error', 'logweir patterns --order new --from now-1d'],
  async run(call) {
    const { client, given, operands, output } = call;
    const { text, texts, number } = given;
    const question = { q: operands.join(' '), from: text('from'), to: text('to'), filter: texts('filter') };
    const answer = await client.json<Patterns>('/api/v1/patterns', { ...question, order: text('order'), limit: number('limit') });
    const rows = answer.patterns.map(({ count, share, level = '', services, template }) => [
      String(count),
      `${(share * 100).toFixed(1)} %`,
      level,
      services.join(','),
      template.replaceAll('\n', ' '),
    ]);
    if (answer.other > 0) output.note(`${answer.other} records have other patterns; --limit gives more`);
    return show(call, {
      items: answer.patterns,
      rows: [['COUNT', 'SHARE', 'LEVEL', 'SERVICES', 'PATTERN'], ...rows],
      warnings: answer.warnings,
    });
  },
};
