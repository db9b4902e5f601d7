/**
 * What every process that has to do with alerts needs of them: rules, silences, receivers and routes, current; the state
 * of the evaluator; and the queues, opened when first used. Alone the state is in the data folder, with a Redis it is
 * there and shared by all.
 */
import path from 'node:path';
import { type Silence, silenceFromApi } from '#libs/alerts';
import type { Settings } from '#libs/config';
import { LateCoordination, openCoordination } from '#libs/coordination';
import { type Checkpoint, type DocumentIndex, type Documents, openDocuments, Watched } from '#libs/documents';
import { CHANNELS, type Origin, parseRule, type Rule } from '#libs/rules';
import type { Logger, Readiness } from '#libs/telemetry';
import { Closing } from './closing.js';
import { RoutingFile } from './routing-file.js';

/** A Redis that does not answer within it is away; the next try follows, and a close need not wait longer. */
const CONNECT_MS = 2_000;
/** Servers that are away are asked again this often. */
const AGAIN_MS = 1_000;

export interface AlertingOptions {
  readonly settings: Settings;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The copy of what Redis holds. */
  readonly copy?: DocumentIndex;
  readonly log: Logger;
  readonly readiness: Readiness;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

type Parts = Pick<Alerting, 'isShared' | 'documents' | 'coordination' | 'rules' | 'silences' | 'routing'> & { readonly log: Logger };

export class Alerting {
  private readonly closing = new Closing();
  private following: NodeJS.Timeout | undefined;
  private closed = false;

  /** Other processes work on the same state. */
  readonly isShared: boolean;
  readonly documents: Documents;
  readonly coordination: LateCoordination;
  readonly rules: Watched<Rule>;
  readonly silences: Watched<Silence>;
  readonly routing: RoutingFile;
  private readonly log: Logger;

  private constructor(parts: Parts) {
    this.isShared = parts.isShared;
    this.documents = parts.documents;
    this.coordination = parts.coordination;
    this.rules = parts.rules;
    this.silences = parts.silences;
    this.routing = parts.routing;
    this.log = parts.log;
  }

  /** The state of the evaluator and the outbox. */
  get checkpoint(): Checkpoint {
    return this.documents.checkpoint('alerts');
  }

  static async open(options: AlertingOptions): Promise<Alerting> {
    const { settings, log, now, readiness } = options;
    const documents = await openDocuments(placeOf(options), {
      now,
      report: (event, details) => log.warn(event.replaceAll('_', ' '), details),
    });
    const coordination = new LateCoordination(() => openCoordination(queuesOf(settings), { log, now }));
    const isShared = settings.redis.url !== '';
    const announce = (channel: string) => (): Promise<void> => (isShared ? coordination.publish(channel, {}) : Promise.resolve());
    const rules = new Watched<Rule>({
      documents,
      collection: 'rules',
      announce: announce(CHANNELS.rules),
      parse: ({ id, value }) => readRule(id, value, log),
    });
    const silences = new Watched<Silence>({
      documents,
      collection: 'silences',
      announce: announce(CHANNELS.silences),
      parse: ({ value }) => silenceFromApi(value),
    });
    const routing = await RoutingFile.open({
      path: settings.alerts.routing,
      documents,
      log,
      announce: announce(CHANNELS.receivers),
    });
    const alerting = new Alerting({ isShared, documents, coordination, rules, silences, routing, log });
    readiness.add('documents', () => documents.health());
    readiness.add('queues', () => coordination.health());
    await alerting.start();
    return alerting;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.following);
    await this.closing.close();
    this.routing.close();
    await this.coordination.close();
    await this.documents.close();
  }

  /** Reads rules, silences and routes as they are now; rejects while their server is away. Who decides by them waits for it. */
  async load(): Promise<void> {
    await Promise.all([this.rules.load(), this.silences.load(), this.routing.load()]);
  }

  /** What is in files is read now; what is on a server, as soon as it answers. */
  private async start(): Promise<void> {
    if (!this.isShared) return this.load();
    this.coordination.onReconnect(() => void this.load().catch(() => undefined));
    await this.follow();
  }

  private async follow(): Promise<void> {
    try {
      await this.listen(CHANNELS.rules, () => this.rules.load());
      await this.listen(CHANNELS.silences, () => this.silences.load());
      await this.listen(CHANNELS.receivers, () => this.routing.load());
      await this.load();
    } catch (error) {
      this.log.warn('rules and silences cannot be read', { reason: (error as Error).message });
      await this.closing.close().catch(() => undefined);
      if (!this.closed) this.following = setTimeout(() => void this.follow(), AGAIN_MS);
    }
  }

  private async listen(channel: string, load: () => Promise<void>): Promise<void> {
    const subscription = await this.coordination.subscribe(channel, () => void load().catch(() => undefined));
    this.closing.add(channel, () => subscription.close());
  }
}

export function placeOf({ settings, copy }: Pick<AlertingOptions, 'settings' | 'copy'>): Parameters<typeof openDocuments>[0] {
  const { url } = settings.redis;
  const prefix = `${settings.redis.prefix}:`;
  if (url === '') return { kind: 'files', dir: path.join(settings.data.dir, 'alerts') };
  return copy === undefined ? { kind: 'redis', url, prefix } : { kind: 'redis', url, prefix, copy };
}

export function queuesOf(settings: Settings): Parameters<typeof openCoordination>[0] {
  const { redis, postgres, data } = settings;
  if (redis.url !== '') return { kind: 'redis', url: redis.url, prefix: redis.prefix, connectMs: CONNECT_MS };
  if (postgres.url !== '') return { kind: 'postgres', url: postgres.url };
  return { kind: 'pglite', dir: path.join(data.dir, 'coordination') };
}

function readRule(name: string, value: unknown, log: Logger): Rule | undefined {
  const { origin, source } = value as { origin: Origin; source: unknown };
  const read = parseRule(source, origin);
  if ('rule' in read) return read.rule;
  log.error('a stored rule cannot be read', { rule: name, problem: read.problems[0]?.message ?? '' });
  return undefined;
}
