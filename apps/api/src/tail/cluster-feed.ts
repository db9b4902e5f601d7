import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { REPEAT_MS, type TailCall, type TailEvent, type TailFeed, type TailMessage, type TailRequest } from '#libs/tail';
import { NodeQueue } from './node-queue.js';

/** A node that is there says so every two seconds. */
const SILENT_MS = 10_000;
/** With `since` it has to be known first who tells of himself: the records of all others are the store's to tell. */
const GATHER_MS = 1_000;
/** Who is there has answered by then. */
const ANSWER_MS = 3_000;

export interface ClusterFeedOptions {
  readonly request: TailRequest;
  readonly url: string;
  readonly turnMs: number;
  readonly publish: (message: TailMessage) => Promise<void>;
  readonly onClose: (feed: ClusterFeed) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** One tail over all nodes: it calls for them, and notices who comes, who goes and who is silent. */
export class ClusterFeed implements TailFeed {
  readonly id = randomBytes(12).toString('hex');
  readonly secret = randomBytes(24).toString('base64url');
  private readonly queue = new NodeQueue();
  /** By node: when it was heard; undefined once its silence was told. */
  private readonly heard = new Map<string, number | undefined>();
  private readonly repeating: NodeJS.Timeout;
  private readonly beganAt: number;
  private isAloneTold = false;
  private gathering: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: ClusterFeedOptions) {
    for (const [node, place] of Object.entries(options.request.places)) this.queue.places.set(node, place);
    this.beganAt = options.now();
    void this.call(options.request.sinceNs);
    if (options.request.sinceNs !== undefined) this.gathering = pause(GATHER_MS, undefined, { ref: false });
    this.repeating = setInterval(() => void this.repeat(), REPEAT_MS);
    this.repeating.unref();
  }

  async next(): Promise<TailEvent | undefined> {
    if (this.gathering !== undefined) {
      await this.gathering;
      this.gathering = undefined;
      this.queue.putBeginsFirst();
    }
    return this.queue.take();
  }

  /** Of a node; resolves when it may send more. */
  async put(event: TailEvent): Promise<void> {
    await this.queue.put(event);
  }

  alive(node: string): void {
    this.heard.set(node, this.options.now());
  }

  /** The nodes do not end: who comes again goes on with what they have meanwhile. */
  finish(): void {
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.repeating);
    this.queue.close();
    this.options.onClose(this);
    void this.options.publish({ kind: 'end', id: this.id }).catch(() => undefined);
  }

  /** Nodes that come later begin with what came since the tail did. */
  private async repeat(): Promise<void> {
    const { request } = this.options;
    this.lookAround();
    await this.call(request.sinceNs ?? request.nowNs);
  }

  private async call(sinceNs: bigint | undefined): Promise<void> {
    const { request, url, turnMs, publish } = this.options;
    const { query, nowNs } = request;
    const since = sinceNs === undefined ? {} : { sinceNs: sinceNs.toString() };
    const places = Object.fromEntries(this.queue.places);
    const call: TailCall = {
      kind: 'call',
      id: this.id,
      secret: this.secret,
      url,
      query,
      nowNs: nowNs.toString(),
      places,
      turnMs,
      ...since,
    };
    // Streams that are open go on without; what is asked of nobody is told below.
    await publish(call).catch(() => undefined);
  }

  private lookAround(): void {
    const now = this.options.now();
    for (const [node, at] of this.heard) {
      if (at === undefined || now - at < SILENT_MS) continue;
      this.heard.set(node, undefined);
      const reason = `nothing was heard of this node for ${SILENT_MS / 1_000} s; when it is back, it goes on where it was`;
      void this.queue.put({ kind: 'gap', node, reason });
    }
    if (this.isAloneTold || this.heard.size > 0 || now - this.beganAt < ANSWER_MS) return;
    this.isAloneTold = true;
    void this.queue.put({
      kind: 'gap',
      node: 'ingest',
      reason: 'no node answers: see that Redis and an ingest are there, and that they reach LOGWEIR_API_NODE_URL',
    });
  }
}
