import { once } from 'node:events';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Response } from 'express';
import { ApiError } from '../errors.js';

/** At once. Each that reads keeps a page of records and asks the store as fast as its reader reads: a few fill the machine. */
const MAX_READING = 8;
/** Who follows mostly waits, and may hold 2 MiB on every node meanwhile. */
const MAX_FOLLOWING = 50;

/** Bounds how many texts without an end in sight are sent at once, and ends them with the process. */
@Injectable()
export class TextStreams implements OnModuleDestroy {
  private readonly ending = new AbortController();
  private readonly running = { read: 0, follow: 0 };

  async run(kind: 'read' | 'follow', send: (ending: AbortSignal) => Promise<void>): Promise<void> {
    const most = kind === 'read' ? MAX_READING : MAX_FOLLOWING;
    if (this.running[kind] >= most) {
      throw new ApiError(429, 'streams_busy', `${most} containers are being ${kind === 'read' ? 'read' : 'followed'} already`, {
        hint: 'try again when one has ended',
        retryAfterSeconds: 1,
      });
    }
    this.running[kind]++;
    try {
      await send(this.ending.signal);
    } finally {
      this.running[kind]--;
    }
  }

  onModuleDestroy(): void {
    this.ending.abort();
  }
}

/**
 * Sends what comes as soon as the client has taken what was sent before. What goes wrong before the first part is an answer of its
 * own; later the connection is broken off, so that nobody takes a part for the whole.
 */
export async function sendText(response: Response, parts: AsyncIterable<string>, ended: AbortSignal): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]();
  let next = await iterator.next();
  response.status(200).set({ 'content-type': 'text/plain; charset=utf-8', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  try {
    for (; next.done !== true; next = await iterator.next()) {
      if (!response.write(next.value)) await once(response, 'drain', { signal: ended });
    }
    if (!ended.aborted) response.end();
  } catch (error) {
    if (!ended.aborted) throw error;
  } finally {
    // Whoever went away needs no answer; who is still there when the process ends must not take this for all.
    if (ended.aborted) response.destroy();
    await iterator.return?.();
  }
}
