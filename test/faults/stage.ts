/**
 * One fault is played on one stage: a built ingest process, senders that want acknowledgements, a real node, and a proxy
 * between ingest and node. What is stored is counted behind the proxy.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Sender } from '../crash/sender.js';
import { numbersInStream } from '../crash/stored.js';
import type { ElasticsearchNode } from '../support/elasticsearch.js';
import { startFaultProxy, type FaultProxy } from '../support/fault-proxy.js';
import { hostPort, startHub, temporaryFolder, type Hub } from '../support/hub.js';
import { freePort } from '../support/running-program.js';

/** Each sends some 100 records a chunk: some 500 records a second in all. */
const SENDERS = 2;
const PACE_MS = 400;
/** An answer that is later is none; the default of a minute would make each of these tests last minutes. */
const REQUEST_TIMEOUT = '3s';

/** On a busy machine. */
const START_MS = 120_000;

export interface StageOptions {
  readonly node: ElasticsearchNode;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Nodes that ingest is told of, given the proxy's address; the proxy alone where absent. */
  readonly nodes?: ((proxy: string, node: string) => string) | undefined;
  readonly through?: ((stage: Stage) => readonly string[]) | undefined;
}

export interface Ready {
  readonly status: 'ready' | 'degraded' | 'unready' | 'draining';
  readonly parts: Readonly<Record<string, { readonly ok: boolean; readonly reason: string }>>;
}

export class Stage {
  readonly namespace = `fault${randomBytes(5).toString('hex')}`;
  readonly stream = `logs-logweir-${this.namespace}`;
  readonly dataDir = temporaryFolder();
  /** Numbers that the case deleted: nobody lost them. */
  readonly takenByHand = new Set<number>();
  /** May be another one, at the same or another address, after a restart. */
  node: ElasticsearchNode;
  private process: Hub | undefined;
  private readonly written: string[] = [];
  private readonly senders: Sender[] = [];
  private sending: Promise<void>[] = [];

  private constructor(
    private readonly options: StageOptions,
    readonly proxy: FaultProxy,
    private readonly forwardPort: number,
  ) {
    this.node = options.node;
  }

  static async open(options: StageOptions): Promise<Stage> {
    return new Stage(options, await startFaultProxy(options.node.url), await freePort());
  }

  /** Starts ingest, again after `stopIngest` on the same data. */
  async startIngest(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const nodes = this.options.nodes?.(this.proxy.url, this.node.url) ?? this.proxy.url;
    this.process = await startHub({
      app: 'ingest',
      timeoutMs: START_MS,
      dataDir: this.dataDir,
      ...(this.options.through && { through: this.options.through(this) }),
      env: {
        LOGWEIR_FORWARD_PORT: String(this.forwardPort),
        LOGWEIR_STORE_KIND: 'elasticsearch',
        LOGWEIR_ELASTICSEARCH_NODES: nodes,
        LOGWEIR_ELASTICSEARCH_NAMESPACE: this.namespace,
        LOGWEIR_ELASTICSEARCH_REQUEST_TIMEOUT: REQUEST_TIMEOUT,
        LOGWEIR_JOIN_TRACES: 'false',
        ...this.options.env,
        ...env,
      },
    });
  }

  async stopIngest(): Promise<void> {
    if (this.process === undefined) return;
    await this.process.stop();
    this.written.push(this.process.output());
    this.process = undefined;
  }

  async killIngest(): Promise<void> {
    await this.process?.kill();
    this.written.push(this.process?.output() ?? '');
    this.process = undefined;
  }

  /** What ingest said about itself. */
  get log(): string {
    return [...this.written, this.process?.output() ?? ''].join('\n');
  }

  startSending(): void {
    for (let id = 0; id < SENDERS; id += 1) {
      const sender = new Sender({ port: this.forwardPort, id, traces: false, random: Math.random, paceMs: PACE_MS });
      this.senders.push(sender);
      this.sending.push(sender.run());
    }
  }

  async stopSending(): Promise<void> {
    for (const sender of this.senders) sender.stop();
    await Promise.all(this.sending);
    this.sending = [];
  }

  get acked(): number[] {
    return this.senders.flatMap((sender) => sender.acked);
  }

  /** The longest that a sender waited for an acknowledgement, milliseconds. */
  get slowestAckMs(): number {
    return Math.max(...this.senders.map((sender) => sender.slowestMs));
  }

  async operations(path: string, init: RequestInit = {}): Promise<Response> {
    const { host, port } = hostPort(this.process?.addresses['operations']);
    return fetch(`http://${host}:${port}${path}`, { signal: AbortSignal.timeout(5_000), ...init });
  }

  async ready(): Promise<Ready> {
    return (await (await this.operations('/readyz')).json()) as Ready;
  }

  /** Every counter and gauge, summed over its labels. */
  async metrics(): Promise<Map<string, number>> {
    const text = await (await this.operations('/metrics')).text();
    const sums = new Map<string, number>();
    for (const line of text.split('\n')) {
      const [, name, value] = /^(\w+)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
    return sums;
  }

  /** To Elasticsearch, past the proxy. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(this.node.url + path, { method, ...init });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Index and id of every copy of one number: what to look at when there are two. */
  async places(number: number): Promise<string[]> {
    const query = { match_phrase: { message: `lw_seq=${number}.` } };
    const answer = (await this.ask('POST', `/${this.stream}/_search`, { query, _source: false })) as {
      hits: { hits: { _index: string; _id: string }[] };
    };
    return answer.hits.hits.map((hit) => `${hit._index}/${hit._id}`);
  }

  /** How often each number is stored. */
  stored(): Promise<Map<number, number>> {
    return numbersInStream(this.node.url, this.namespace);
  }

  async close(): Promise<void> {
    await this.stopSending();
    await this.stopIngest();
    await this.proxy.close();
    await this.ask('DELETE', `/_data_stream/${this.stream}`).catch(() => undefined);
    await this.ask('DELETE', `/_index_template/logweir-${this.namespace}`).catch(() => undefined);
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
