import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import {
  ALIVE,
  encodeEvent,
  NODE_HEADER,
  REPEAT_MS,
  SECRET_HEADER,
  STREAM_TYPE,
  type TailCall,
  type TailEvent,
  type TailFeed,
} from '#libs/tail';

/** Not called for so long: the process of the API has ended. */
const FORGOTTEN_MS = 10 * REPEAT_MS;
/** A line in between says that we are there. */
const ALIVE_MS = 2_000;
const ANSWER_MS = 10_000;

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const NAMELESS = 'ERR_TLS_CERT_ALTNAME_INVALID';

export interface Problem {
  readonly reason: string;
  /** What a person has to do. */
  readonly hint?: string;
}

export interface StreamOptions {
  readonly node: string;
  readonly call: TailCall;
  readonly feed: TailFeed;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Sends one tail what it wants, in requests that follow each other; nothing is lost between two of them. */
export class Stream {
  calledAt: number;
  private readonly ending = new AbortController();
  private coming: Promise<TailEvent | undefined> | undefined;
  private isOver = false;

  constructor(private readonly options: StreamOptions) {
    this.calledAt = options.now();
  }

  get isForgotten(): boolean {
    return this.options.now() - this.calledAt > FORGOTTEN_MS;
  }

  /** Resolves when it has ended, with what was wrong, if something was. */
  async run(): Promise<Problem | undefined> {
    try {
      while (!this.isOver && !this.ending.signal.aborted) await this.turn();
      return undefined;
    } catch (error) {
      return this.ending.signal.aborted ? undefined : problemOf(error as NodeJS.ErrnoException);
    } finally {
      this.close();
    }
  }

  /** Ends when all that is on disk was sent. */
  finish(): void {
    this.options.feed.finish();
  }

  close(): void {
    this.ending.abort();
    this.options.feed.close();
  }

  /** One request. What was written when it failed may be lost: the tail then says from where it wants to go on. */
  private async turn(): Promise<void> {
    const { signal } = this.ending;
    const request = open(this.options, signal);
    const answered = answerOf(request);
    answered.catch(() => undefined);
    const living = setInterval(() => request.write(ALIVE), ALIVE_MS);
    const turning = new AbortController();
    const over = pause(this.options.call.turnMs, 'over' as const, { signal: turning.signal });
    over.catch(() => undefined);
    try {
      for (let more = true; more && !signal.aborted;) more = await this.step(request, [answered, over]);
    } finally {
      clearInterval(living);
      turning.abort();
    }
    request.end();
    const late = setTimeout(() => request.destroy(new Error('it did not answer')), ANSWER_MS);
    await answered.finally(() => clearTimeout(late));
  }

  /** Sends one event; false when something else came first. */
  private async step(request: ClientRequest, instead: readonly Promise<'answered' | 'over'>[]): Promise<boolean> {
    this.coming ??= this.options.feed.next();
    const event = await Promise.race([this.coming, ...instead]);
    if (event === 'answered' || event === 'over') return false;
    this.coming = undefined;
    if (event === undefined) {
      this.isOver = true;
      return false;
    }
    if (!request.write(encodeEvent(event))) {
      await Promise.race([once(request, 'drain', { signal: this.ending.signal }), instead[0]]);
    }
    return true;
  }
}

function open({ node, call }: StreamOptions, signal: AbortSignal): ClientRequest {
  const { url, id, secret } = call;
  const make = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = { 'content-type': STREAM_TYPE, [SECRET_HEADER]: secret, [NODE_HEADER]: encodeURIComponent(node) };
  return make(`${url}${id}`, { method: 'POST', signal, headers });
}

async function answerOf(request: ClientRequest): Promise<'answered'> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`);
  return 'answered';
}

function problemOf({ code = '', message }: NodeJS.ErrnoException): Problem {
  if (UNTRUSTED.has(code))
    return { reason: message, hint: 'name the file of its authority in NODE_EXTRA_CA_CERTS, and start this ingest again' };
  if (code === NAMELESS) return { reason: message, hint: 'set LOGWEIR_API_NODE_URL at the API to a name that its certificate has' };
  return { reason: message };
}
