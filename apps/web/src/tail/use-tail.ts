import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Question } from '../api/answers.js';
import { Failure } from '../api/client.js';
import { isKeyNeeded, onKeyNeeded, requireKey } from '../api/key.js';
import { readTail } from './read-tail.js';
import { TailBuffer } from './tail-buffer.js';

/** What has come is drawn together so often: each line by itself would draw the list a thousand times a second. */
const DRAW_MS = 100;
const AGAIN_MS = 1_000;
/** All places for tails are taken. */
const BUSY_MS = 5_000;

export interface Tail {
  readonly buffer: TailBuffer;
  readonly phase: 'connecting' | 'live' | 'again';
  /** Why it does not go on by itself, or why it waits. */
  readonly failure: Failure | undefined;
}

/** The tail of a question. When its connection ends it goes on where it was, without a gap. */
export function useTail(question: Question, fields: string, paused: boolean): Tail {
  const [buffer] = useState(() => new TailBuffer());
  const [, draw] = useState(0);
  const keyNeeded = useSyncExternalStore(onKeyNeeded, isKeyNeeded);
  const [status, setStatus] = useState<Omit<Tail, 'buffer'>>({ phase: 'connecting', failure: undefined });
  useEffect(() => {
    const stopping = new AbortController();
    void follow({ question, fields, buffer, signal: stopping.signal, onStatus: setStatus });
    return () => stopping.abort();
  }, [question, fields, buffer, keyNeeded]);
  useEffect(() => {
    let seen = -1;
    const timer = setInterval(() => {
      if (!paused) buffer.show();
      const now = buffer.fresh + buffer.forgotten + buffer.rows.length;
      if (now !== seen) draw((n) => n + 1);
      seen = now;
    }, DRAW_MS);
    return () => clearInterval(timer);
  }, [buffer, paused]);
  return { buffer, ...status };
}

interface Following {
  readonly question: Question;
  readonly fields: string;
  readonly buffer: TailBuffer;
  readonly signal: AbortSignal;
  readonly onStatus: (status: Omit<Tail, 'buffer'>) => void;
}

async function follow(following: Following): Promise<void> {
  const { signal, onStatus } = following;
  const place = { cursor: '' };
  while (!signal.aborted) {
    const failure = await readToEnd(following, place);
    if (signal.aborted) return;
    const ended = isFinal(failure);
    onStatus({ phase: ended ? 'connecting' : 'again', failure: failure?.status === 0 ? undefined : failure });
    if (failure?.status === 401) requireKey();
    if (ended) return;
    await pause(failure?.status === 429 ? BUSY_MS : AGAIN_MS, signal);
  }
}

/** Until the connection ends; `place` moves on. Undefined when it merely broke. */
async function readToEnd(following: Following, place: { cursor: string }): Promise<Failure | undefined> {
  const { question, fields, buffer, signal, onStatus } = following;
  try {
    for await (const { news, cursor } of readTail({ question, fields, cursor: place.cursor, signal })) {
      if (signal.aborted) return undefined;
      place.cursor = cursor ?? place.cursor;
      buffer.add(news);
      if (news.length === 0) onStatus({ phase: 'live', failure: undefined });
    }
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error : undefined;
  }
}

/** What is wrong with the question itself does not get better by asking again. */
function isFinal(failure: Failure | undefined): boolean {
  return failure !== undefined && failure.status >= 400 && failure.status < 500 && failure.status !== 429;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
