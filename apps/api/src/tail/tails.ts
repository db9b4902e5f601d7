import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Request, Response } from 'express';
import { storedField } from '#libs/query';
import type { TailFeed } from '#libs/tail';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { composeQuery } from '../logs/filter.js';
import { NS_PER_MS } from '../logs/time.js';
import { decodeResume, type Resume } from './resume.js';
import { parseSince } from './since.js';
import type { TailParameters } from './tail.parameters.js';
import { type SessionOptions, TailSession } from './tail-session.js';
import { EVENT_STREAM, JSON_LINES, type TailForm } from './tail-writer.js';

/** At once: each may hold 2 MiB on every node, and makes every record cost a little more. */
const MAX_TAILS = 100;
/** At the end of the process a tail gets what is on disk, if its client takes that so soon. */
const FINISH_MS = 1_000;
/** Beyond nginx's own time-outs nothing buffers these, and nobody changes them. */
const HEADERS = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };

/** Opens tails, bounds how many there are, and ends them with the process. */
@Injectable()
export class Tails implements OnModuleDestroy {
  private readonly ending = new AbortController();
  private readonly running = new Map<TailFeed, Promise<void>>();

  constructor(private readonly parts: ApiParts) {}

  /** Resolves when the tail has ended. Throws before the first byte when there can be none. */
  async run(parameters: TailParameters, request: Request, response: Response): Promise<void> {
    const nowNs = BigInt(Math.trunc(this.parts.now())) * NS_PER_MS;
    const query = composeQuery(parameters.q, parameters.filter);
    const fields = parameters.fields?.map((name) => storedField(name).name);
    const resume = resumeOf(parameters, request);
    const sinceNs = parameters.since === undefined || resume !== undefined ? undefined : parseSince(parameters.since, nowNs);
    const { tail, reader } = this.parts;
    if (tail === undefined) throw new ApiError(503, 'tails_elsewhere', 'no ingest tells this process what comes in');
    this.refuseTooMany();
    const signal = AbortSignal.any([this.ending.signal, gone(response)]);
    const since = sinceNs === undefined ? {} : { sinceNs };
    const feed = tail.open({ query, nowNs, places: Object.fromEntries(resume?.places ?? []), ...since });
    signal.addEventListener('abort', () => feed.close());
    if (signal.aborted) feed.close();
    const places: Resume = resume ?? { places: new Map() };
    const form = formOf(request);
    const session = { feed, form, response, reader, query, resume: places, ...since, nowNs, signal, ...(fields && { fields }) };
    const running = this.send(session);
    this.running.set(feed, running);
    await running.finally(() => this.running.delete(feed));
  }

  /** Doors were closed before, so that what they took is on disk. */
  async onModuleDestroy(): Promise<void> {
    for (const feed of this.running.keys()) feed.finish();
    const late = setTimeout(() => this.ending.abort(), FINISH_MS);
    await Promise.allSettled(this.running.values());
    clearTimeout(late);
    this.ending.abort();
  }

  private async send(session: SessionOptions): Promise<void> {
    const { feed, form, response } = session;
    try {
      response.writeHead(200, { ...HEADERS, 'content-type': form.type });
      response.flushHeaders();
      await new TailSession(session).run();
    } finally {
      feed.close();
      response.end();
    }
  }

  private refuseTooMany(): void {
    if (this.running.size >= MAX_TAILS) {
      throw new ApiError(429, 'tails_busy', `${MAX_TAILS} tails are open already`, {
        hint: 'close one, or ask another process of the API',
        retryAfterSeconds: 5,
      });
    }
  }
}

function formOf({ headers }: Request): TailForm {
  return headers.accept?.includes('application/x-ndjson') === true ? JSON_LINES : EVENT_STREAM;
}

/** A page that comes again says so in the header, whatever its address says. */
function resumeOf({ cursor }: TailParameters, request: Request): Resume | undefined {
  const given = request.headers['last-event-id'] ?? cursor;
  return typeof given === 'string' && given !== '' ? decodeResume(given) : undefined;
}

function gone(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}
