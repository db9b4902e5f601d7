import { setTimeout as pause } from 'node:timers/promises';
import type { Call, Command } from '../command.js';
import { readEvents, type ServerEvent } from '../event-stream.js';
import { CliError, EXIT } from '../exit.js';
import { type PrintedRecord, recordText } from '../record-text.js';
import { JSON_OPTION, QUESTION } from './search.js';

/** Between a connection that was lost and the next try; twice as long each time, up to the most. */
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 5_000;

export const tail: Command = {
  name: 'tail',
  summary: 'Records as they come; goes on behind the last one when the connection is lost',
  operands: '[query...]',
  least: 0,
  most: Infinity,
  options: [
    { name: 'since', value: '<time>', help: 'begins with what is there: 5m, 1h30m, 2026-11-21T10:00:00Z' },
    ...QUESTION.filter(({ name }) => name === 'filter'),
    JSON_OPTION,
  ],
  examples: ["logweir tail 'level >= warn' --since 5m", 'logweir tail container:web-1 --json'],
  async run(call) {
    const tailing: Tailing = { call, last: '', hasBegun: false };
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, MAX_WAIT_MS)) {
      const before = tailing.last;
      try {
        await follow(tailing);
      } catch (error) {
        if (!(error instanceof CliError) || !isTriedAgain(tailing, error)) throw error;
        call.output.note(`logweir: ${error.message.split('\n', 1)[0]}; trying again`);
      }
      if (tailing.last !== before) wait = FIRST_WAIT_MS;
      await pause(wait, undefined, { signal: call.world.signal });
    }
  },
};

interface Tailing {
  readonly call: Call;
  /** Where to go on. */
  last: string;
  hasBegun: boolean;
}

/** Who never got through is told at once; later the hub may only be restarting. */
function isTriedAgain({ hasBegun }: Tailing, { exitCode, isLater }: CliError): boolean {
  return hasBegun && (exitCode === EXIT.unreachable || exitCode === EXIT.broken || isLater);
}

async function follow(tailing: Tailing): Promise<void> {
  const { client, given, operands } = tailing.call;
  const query = { q: operands.join(' '), filter: given.texts('filter'), since: given.text('since') };
  const headers = { accept: 'text/event-stream', ...(tailing.last !== '' && { 'last-event-id': tailing.last }) };
  for await (const event of readEvents(client.stream('/api/v1/logs/tail', query, headers))) {
    tailing.hasBegun = true;
    await tell(tailing.call, event);
    if (event.id !== '') tailing.last = event.id;
  }
}

async function tell({ given, output }: Call, { name, data }: ServerEvent): Promise<void> {
  if (name === 'record') await output.line(given.is('json') ? data : recordText(JSON.parse(data) as PrintedRecord, output));
  if (name === 'dropped') {
    const { count, from, to } = JSON.parse(data) as { count: number; from: string; to: string };
    output.note(`logweir: ${count} records from ${from} to ${to} were left out: they came faster than they were read`);
  }
  if (name === 'gap') output.note(`logweir: ${(JSON.parse(data) as { reason: string }).reason}`);
}
