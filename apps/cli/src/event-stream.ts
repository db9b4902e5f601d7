/**
 * Server-sent events: blocks of `id: …`, `event: …`, `data: …` lines with an empty line behind each; `: …` is a comment. Ours have one
 * line of data each.
 */
import { StringDecoder } from 'node:string_decoder';
import { CliError, EXIT } from './exit.js';

export interface ServerEvent {
  /** Empty when it only tells where to go on. */
  readonly name: string;
  readonly id: string;
  readonly data: string;
}

/** Characters of one event: the longest record that ingest keeps fits twice. */
const MAX_EVENT = 4 * 1_024 * 1_024;

/** Also yields blocks without any field, so that whoever waits hears that it has begun. */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const part of bytes) {
    const blocks = (rest + decoder.write(Buffer.from(part))).split('\n\n');
    rest = blocks.pop() ?? '';
    if (rest.length > MAX_EVENT) throw new CliError(EXIT.broken, 'this is no tail of Logweir: one event has no end');
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerEvent {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
  }
  return { name: fields['event'] ?? '', id: fields['id'] ?? '', data: fields['data'] ?? '' };
}
