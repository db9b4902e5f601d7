import { Injectable } from '@nestjs/common';
import type { Alerts } from '#libs/alerts';
import { explain, MAX_RULES, parseRule, type Rule } from '#libs/rules';
import { ApiError } from '../errors.js';
import { AlertingAccess } from './alerting-access.js';
import { type ExplainAnswer, explainAnswer, type RuleAnswer, ruleAnswer, ruleState } from './rule-answer.js';

const COLLECTION = 'rules';
/** Entries of the checkpoint below `state/<rule>/`; `rule` is the rule as a whole, the others are groups. */
const STATE = 'state/';
const CLOCK = 'clock';
/** How far back Discover shows what a rule looks at. */
const EXPLAINED_MS = 3_600_000;

@Injectable()
export class RulesService {
  constructor(private readonly access: AlertingAccess) {}

  /** By name. */
  async list(): Promise<readonly RuleAnswer[]> {
    const { documents, rules } = this.access.alerting;
    const [stored, state, alerts] = await Promise.all([documents.list(COLLECTION), this.state(STATE), this.access.alerts()]);
    const firing = this.firing(alerts);
    return stored.flatMap(({ id, version }) => {
      const rule = rules.get(id);
      return rule === undefined ? [] : [this.answer(rule, version, { state, firing })];
    });
  }

  async get(name: string): Promise<RuleAnswer> {
    const rule = this.find(name);
    const { documents } = this.access.alerting;
    const [stored, state, alerts] = await Promise.all([
      documents.get(COLLECTION, name),
      this.state(`${STATE}${name}/rule`),
      this.access.alerts(),
    ]);
    return this.answer(rule, stored?.version ?? 0, { state, firing: this.firing(alerts) });
  }

  async create(source: unknown): Promise<RuleAnswer> {
    const rule = readRule(source);
    const { rules } = this.access.alerting;
    if (rules.get(rule.name) !== undefined) {
      throw new ApiError(409, 'rule_exists', `there is a rule "${rule.name}" already`, {
        hint: `change it with PUT /api/v1/rules/${rule.name}, or choose another name`,
      });
    }
    checkRoom(rules.all);
    await rules.put(rule.name, { origin: rule.origin, source: rule.source }, 0);
    return this.get(rule.name);
  }

  /** Makes it when there is none. */
  async replace(name: string, source: unknown, version?: number): Promise<RuleAnswer> {
    const { rules } = this.access.alerting;
    writable(name, rules.get(name));
    const rule = readRule(typeof source === 'object' && source !== null && !Array.isArray(source) ? { name, ...source } : source);
    if (rule.name !== name) {
      const problems = [{ field: 'name', message: `is "${rule.name}", but the address says "${name}": a rule cannot be renamed` }];
      throw new ApiError(400, 'rule_invalid', 'name: a rule cannot be renamed', { problems });
    }
    if (rules.get(name) === undefined) checkRoom(rules.all);
    await rules.put(name, { origin: rule.origin, source: rule.source }, version);
    return this.get(name);
  }

  async remove(name: string, version?: number): Promise<void> {
    const { rules } = this.access.alerting;
    writable(name, this.find(name));
    await rules.remove(name, version);
  }

  async explain(name: string): Promise<ExplainAnswer> {
    const rule = this.find(name);
    const [entries, clock] = await Promise.all([this.state(`${STATE}${name}/`), this.state(CLOCK)]);
    const certainMs = certainTime(clock.get(CLOCK));
    const atMs = certainMs < 0 ? this.access.nowMs : certainMs;
    const kibana = this.access.discover(rule.whereText, { fromMs: atMs - EXPLAINED_MS, toMs: atMs + 1_000 });
    return { ...explainAnswer(explain(rule, entries, atMs), atMs), ...(kibana && { kibana }) };
  }

  private find(name: string): Rule {
    const rule = this.access.alerting.rules.get(name);
    if (rule !== undefined) return rule;
    throw new ApiError(404, 'rule_not_found', `there is no rule "${name.slice(0, 128)}"`, { hint: 'GET /api/v1/rules lists them' });
  }

  private state(prefix: string): Promise<ReadonlyMap<string, string>> {
    return this.access.alerting.checkpoint.read(prefix);
  }

  private firing(alerts: Alerts): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { alert } of alerts.alerts(this.access.nowMs)) {
      const name = alert.labels['alertname'] ?? '';
      if (alert.external !== true && !alert.occurrence) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  private answer(rule: Rule, version: number, found: Found): RuleAnswer {
    const { name } = rule;
    return ruleAnswer(rule, version, ruleState(rule, found.state.get(`${STATE}${name}/rule`), found.firing.get(name) ?? 0));
  }
}

interface Found {
  readonly state: ReadonlyMap<string, string>;
  readonly firing: ReadonlyMap<string, number>;
}

/** Throws `ApiError` with all that is wrong. */
export function readRule(source: unknown): Rule {
  const parsed = parseRule(source, { kind: 'rest' });
  if ('rule' in parsed) return parsed.rule;
  const problems = parsed.problems.map(({ rule: _rule, ...problem }) => problem);
  const [first] = problems;
  const message = [first?.field ?? '', first?.message ?? 'this is not a rule'].filter((part) => part !== '').join(': ');
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw new ApiError(400, 'rule_invalid', `${message}${more}`, { problems, hint: 'docs/alerting.md has every kind of rule' });
}

function writable(name: string, rule: Rule | undefined): void {
  if (rule?.origin.kind !== 'file') return;
  throw new ApiError(409, 'rule_read_only', `the rule "${name}" is in ${rule.origin.file}, line ${rule.origin.line}`, {
    hint: 'change it there: the file is watched',
  });
}

/** As many as a file may have, besides those of files. */
function checkRoom(rules: readonly Rule[]): void {
  if (rules.filter(({ origin }) => origin.kind === 'rest').length < MAX_RULES) return;
  throw new ApiError(409, 'rule_limit', `there are ${MAX_RULES} rules made over REST, no more are taken`, {
    hint: 'remove some, or write them into a file',
  });
}

function certainTime(text: string | undefined): number {
  return text === undefined ? -1 : (JSON.parse(text) as { certainMs: number }).certainMs;
}
