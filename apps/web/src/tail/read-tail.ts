import type { LogRecord, Question } from '../api/answers.js';
import { addressOf, send } from '../api/client.js';
import { EventStream, type StreamEvent } from './event-stream.js';
import type { TailNews } from './tail-buffer.js';

/** So much is shown of what is there when a tail begins. */
const SINCE = '1m';

export interface TailReading {
  readonly question: Question;
  readonly fields: string;
  /** Where to go on; `''` to begin. */
  readonly cursor: string;
  readonly signal: AbortSignal;
}

/** What one piece of a tail had, and where to go on behind it. */
export interface TailPiece {
  readonly news: readonly TailNews[];
  readonly cursor: string | undefined;
}

/**
 * Reads a tail until its connection ends. By `fetch`, as `EventSource` can send no key. Throws `Failure` when it is refused, and
 * whatever broke the connection.
 */
export async function* readTail({ question: { q, filter }, fields, cursor, signal }: TailReading): AsyncGenerator<TailPiece> {
  const place = cursor === '' ? { since: SINCE } : { cursor };
  const address = addressOf('logs/tail', { q, filter, fields, ...place });
  const { body } = await send(address, { signal, accept: 'text/event-stream' });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const stream = new EventStream();
  // The first piece says that the connection is there.
  yield { news: [], cursor: undefined };
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) {
    const events = stream.push(piece.value);
    yield { news: events.flatMap(newsOf), cursor: events.findLast(({ id }) => id !== undefined)?.id };
  }
}

function newsOf({ event, data }: StreamEvent): TailNews[] {
  switch (event) {
    case 'record':
      return [{ kind: 'record', record: JSON.parse(data) as LogRecord }];
    case 'dropped':
      return [{ kind: 'dropped', ...(JSON.parse(data) as { count: number }) }];
    case 'gap':
      return [{ kind: 'gap', ...(JSON.parse(data) as { reason: string }) }];
    default:
      return [];
  }
}
