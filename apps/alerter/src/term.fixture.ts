import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Notification, parseRouting, type Routing } from '#libs/alerts';
import { openDocuments, type OpenedDocuments } from '#libs/documents';
import { parseRule, type Rule, type Signal } from '#libs/rules';
import { Metrics } from '#libs/telemetry';
import { alertsOfRules } from './alerts-of-rules.js';
import { OUTBOX } from './outbox.js';
import { Term } from './term.js';

export const T0 = 1_795_262_400;

export function ruleOf(value: Readonly<Record<string, unknown>>): Rule {
  const parsed = parseRule({ severity: 'critical', group_by: ['service'], ...value }, { kind: 'rest' });
  if ('rule' in parsed) return parsed.rule;
  throw new Error(JSON.stringify(parsed.problems));
}

export const ERRORS = ruleOf({ name: 'errors', level: 'error', cooldown: '0s' });
export const TIMEOUTS = ruleOf({ name: 'timeouts', where: 'message: timeout', count: { over: '2s', at_least: 3 } });

export function routingOf(url: string): Routing {
  const receivers = `receivers: [{ name: hook, webhook: { url: '${url}' } }]`;
  const { routing, problems } = parseRouting(`route: { receiver: hook, groupBy: ['...'], groupInterval: 100ms }\n${receivers}`, {
    file: 'routes.yml',
  });
  if (routing === undefined) throw new Error(JSON.stringify(problems));
  return routing;
}

/** A journal that gives signals one after the other: so many matches of a rule in a second, per service. */
export class Source {
  position = 100;

  constructor(readonly journal = 'j1') {}

  signal(rule: Rule, second: number, services: Readonly<Record<string, number>>): Signal {
    const groups = Object.entries(services).map(([service, count]) => ({ key: [service], seconds: [[T0 + second, count]] as const }));
    const from = this.position;
    this.position += 10;
    const part = { rule: rule.name, revision: rule.revision, groups, late: 0, samples: [] };
    return { journal: this.journal, node: this.journal, from, to: this.position, arrivedMs: (T0 + second) * 1_000, rules: [part] };
  }
}

/** Owners one after the other over one set of files, with a clock of their own. */
export class Desk {
  nowMs = T0 * 1_000;
  readonly asked: string[] = [];
  /** Called when delivery is asked for something new. */
  onAsk: () => Promise<void> = () => Promise.resolve();
  private fence = 0;

  private constructor(
    readonly dir: string,
    readonly documents: OpenedDocuments,
  ) {}

  static async open(): Promise<Desk> {
    const dir = await mkdtemp(join(tmpdir(), 'logweir-term-'));
    return new Desk(dir, await openDocuments({ kind: 'files', dir }, { now: Date.now, report: () => undefined }));
  }

  begin(rules: readonly Rule[]): Promise<Term> {
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    return Term.begin({
      fence: ++this.fence,
      checkpoint: this.documents.checkpoint('alerts'),
      rules,
      silences: [],
      routing: routingOf('http://127.0.0.1:1/'),
      alertOf: alertsOfRules({ rule: (name) => byName.get(name), externalUrl: 'http://logweir' }),
      ask: async () => undefined,
      askAnew: async (lanes) => {
        this.asked.push(...lanes);
        await this.onAsk();
      },
      metrics: new Metrics(),
      wall: () => this.nowMs,
    });
  }

  /** What stands in the outbox, in the order of its numbers. */
  async outbox(): Promise<Notification[]> {
    const entries = await this.documents.checkpoint('alerts').read(OUTBOX);
    return [...entries.values()].map((text) => JSON.parse(text) as Notification).sort((a, b) => a.number - b.number);
  }

  async close(): Promise<void> {
    await this.documents.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** `firing errors shop`. */
export function brief({ status, alerts }: Notification): string {
  return `${status} ${alerts.map(({ labels }) => `${labels['alertname']} ${labels['service_name'] ?? labels['logweir_node'] ?? ''}`).join(', ')}`;
}
