import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { withLocalZone } from '../local-zone.js';

export const logs: Command = {
  name: 'logs',
  summary: 'What a container printed, also one that was removed, as docker logs shows it',
  operands: '<container>',
  least: 1,
  most: 1,
  options: [
    { name: 'follow', short: 'f', help: 'goes on with what comes' },
    { name: 'timestamps', short: 't', help: 'the time before every line' },
    { name: 'since', value: '<time>', help: 'from then on: 10m, 1m30s, 2026-11-21T10:00:00 (local without a zone), epoch seconds' },
    { name: 'until', value: '<time>', help: 'until then, in the same forms' },
    { name: 'tail', short: 'n', value: '<lines>', help: 'so many lines from the end, or all (all)' },
    { name: 'stream', value: '<stream>', choices: ['stdout', 'stderr'], help: 'only this one' },
  ],
  examples: ['logweir logs web-1 --since 10m', 'logweir logs -f -n 10 web-1', 'logweir logs 3f2a9c -t -n 100'],
  async run({ client, given, operands, output }) {
    const query = {
      since: withLocalZone(given.text('since')),
      until: withLocalZone(given.text('until')),
      tail: given.text('tail'),
      timestamps: given.is('timestamps') ? 1 : undefined,
      follow: given.is('follow') ? 1 : undefined,
      stream: given.text('stream'),
    };
    let bytes = 0;
    for await (const part of client.stream(`/api/v1/containers/${encodeURIComponent(operands[0] ?? '')}/logs`, query)) {
      bytes += part.length;
      await output.write(part);
    }
    return bytes > 0 ? EXIT.found : EXIT.nothing;
  },
};
