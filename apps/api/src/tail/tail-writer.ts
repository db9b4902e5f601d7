import type { ServerResponse } from 'node:http';

export interface Dropped {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** What a tail says, in the form that its client asked for. */
export interface TailForm {
  readonly type: string;
  readonly opening: string;
  /** `item` is JSON. */
  record(id: string, item: string): string;
  dropped(dropped: Dropped): string;
  gap(reason: string): string;
  /** Nothing came; the id is where to resume from. */
  ping(id: string): string;
}

/** For `EventSource`. JSON text has no line ends, so every event has one line of data. */
export const EVENT_STREAM: TailForm = {
  type: 'text/event-stream; charset=utf-8',
  opening: 'retry: 1000\n\n',
  record: (id, item) => `id: ${id}\nevent: record\ndata: ${item}\n\n`,
  dropped: (dropped) => `event: dropped\ndata: ${JSON.stringify(dropped)}\n\n`,
  gap: (reason) => `event: gap\ndata: ${JSON.stringify({ reason })}\n\n`,
  // An event without data is not told to the page, but its id is kept.
  ping: (id) => `: ping\nid: ${id}\n\n`,
};

/** For `curl -N`: records, and control lines that begin with "logweir". */
export const JSON_LINES: TailForm = {
  type: 'application/x-ndjson; charset=utf-8',
  opening: '',
  record: (_, item) => `${item}\n`,
  dropped: (dropped) => `${JSON.stringify({ logweir: { dropped } })}\n`,
  gap: (reason) => `${JSON.stringify({ logweir: { gap: { reason } } })}\n`,
  ping: (cursor) => `${JSON.stringify({ logweir: { ping: true, cursor } })}\n`,
};

/** Resolves when the client has taken enough of what was written, and at once when it has gone or nobody waits for it any more. */
export function written(response: ServerResponse, text: string, signal: AbortSignal): Promise<void> | undefined {
  if (text === '' || signal.aborted || response.destroyed || response.write(text)) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    signal.addEventListener('abort', done);
  });
}
