import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Coordination } from '#libs/coordination';
import { sendRefusal } from '#libs/http';
import {
  EventDecoder,
  NODE_HEADER,
  SECRET_HEADER,
  STREAM_PATH,
  type TailFeed,
  type TailMessage,
  type TailRequest,
  TAILS,
  type TailSource,
} from '#libs/tail';
import type { Logger } from '#libs/telemetry';
import { ClusterFeed } from './cluster-feed.js';

/** Well below the time that the server allows for a request. */
const MAX_TURN_MS = 10_000;

export interface ClusterTailsOptions {
  readonly coordination: Pick<Coordination, 'publish'>;
  /** Where nodes reach this process, without a path; known once it listens. */
  readonly url: () => string;
  readonly requestTimeoutMs: number;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Tails of a process that has no journal: every ingest node sends what it finds to a route of ours. */
export class ClusterTails implements TailSource {
  private readonly feeds = new Map<string, ClusterFeed>();

  constructor(private readonly options: ClusterTailsOptions) {}

  open(request: TailRequest): TailFeed {
    const { coordination, url, requestTimeoutMs, now } = this.options;
    const feed = new ClusterFeed({
      request,
      url: `${url()}${STREAM_PATH}`,
      turnMs: Math.min(MAX_TURN_MS, requestTimeoutMs / 3),
      publish: (message: TailMessage) => coordination.publish(TAILS, message),
      onClose: ({ id }) => this.feeds.delete(id),
      now,
    });
    this.feeds.set(feed.id, feed);
    return feed;
  }

  /** Whether the request is a node's: it is then answered here, and nowhere else. */
  receive(request: IncomingMessage, response: ServerResponse): boolean {
    const { method, url = '' } = request;
    if (method !== 'POST' || !url.startsWith(STREAM_PATH)) return false;
    const feed = this.feeds.get(url.slice(STREAM_PATH.length));
    if (feed === undefined || !isSame(request.headers[SECRET_HEADER], feed.secret)) {
      sendRefusal(response, { status: 404, code: 'tail_ended', message: 'there is no such tail, or this is not its secret' });
      return true;
    }
    void this.take(request, response, feed);
    return true;
  }

  private async take(request: IncomingMessage, response: ServerResponse, feed: ClusterFeed): Promise<void> {
    const decoder = new EventDecoder();
    const node = decodeURIComponent(String(request.headers[NODE_HEADER] ?? ''));
    try {
      for await (const bytes of request as AsyncIterable<Buffer>) {
        feed.alive(node);
        for (const event of decoder.push(bytes)) await feed.put(event);
      }
      response.writeHead(200).end();
    } catch (error) {
      this.options.log.info('a stream of a node has broken off', { node, reason: (error as Error).message });
      request.destroy();
    }
  }
}

/** In a time that says nothing of where they differ. */
function isSame(given: string | string[] | undefined, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(typeof given === 'string' ? given : ''), digest(secret));
}
