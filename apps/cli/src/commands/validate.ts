import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { JSON_OPTION } from './search.js';

type Answer =
  | { readonly valid: true; readonly kql: boolean; readonly fields: readonly string[] }
  | { readonly valid: false; readonly error: { readonly message: string; readonly position?: number; readonly hint?: string } };

export const validate: Command = {
  name: 'validate',
  summary: 'Whether a query can be understood, and where it cannot',
  operands: '<query...>',
  least: 1,
  most: Infinity,
  options: [JSON_OPTION],
  examples: ["logweir validate 'level=error'"],
  async run({ client, given, operands, output }) {
    const q = operands.join(' ');
    const answer = await client.json<Answer>('/api/v1/query/validate', { q });
    if (given.is('json')) await output.line(JSON.stringify(answer));
    else for (const line of answer.valid ? described(answer) : pointed(q, answer.error)) await output.line(line);
    return answer.valid ? EXIT.found : EXIT.nothing;
  },
};

function described({ kql, fields }: Answer & { readonly valid: true }): string[] {
  const language = kql ? 'valid, also in Kibana' : 'valid, with an extension that Kibana does not know';
  return [language, ...(fields.length > 0 ? [`looks at ${fields.join(', ')}`] : [])];
}

function pointed(q: string, { message, position, hint }: (Answer & { readonly valid: false })['error']): string[] {
  const place = position === undefined || q.includes('\n') ? [] : [q, `${' '.repeat(position)}^`];
  return [...place, message, ...(hint === undefined ? [] : [hint])];
}
