import type { DiscoverLink } from '#libs/kibana';
import type { Explanation, Origin, Rule } from '#libs/rules';

/** A rule as it is shown. */
export interface RuleAnswer {
  readonly name: string;
  readonly origin: Origin;
  /** Of the stored document; give it with a change so that nobody else's is overwritten. */
  readonly version: number;
  /** As it was written. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Changes when it means something else. */
  readonly revision: string;
  readonly enabled: boolean;
  readonly state: RuleState;
}

export interface RuleState {
  /** Matches since the rule has this meaning. */
  readonly matches: number;
  /** Of them, too late to be evaluated. */
  readonly late: number;
  /** Time of the newest match. */
  readonly lastMatchAt?: string;
  /** Alerts of it that are firing. */
  readonly firing: number;
}

export interface ExplainAnswer extends Omit<Explanation, 'lastMatchMs' | 'groups'> {
  readonly lastMatchAt?: string;
  readonly groups: readonly (Omit<Explanation['groups'][number], 'sinceMs'> & { readonly since?: string })[];
  /** The moment it speaks of: what the evaluator is certain of. */
  readonly at: string;
  /** What the rule looks at, in Discover; only where LOGWEIR_KIBANA_URL is set. */
  readonly kibana?: DiscoverLink;
}

/** `lastMatch` and the counts from a rule's entry of the checkpoint, as far as it is of this revision. */
export function ruleState(rule: Rule, text: string | undefined, firing: number): RuleState {
  const found =
    text === undefined ? undefined : (JSON.parse(text) as { revision: string; lastMatch: number; matches: number; late: number });
  if (found?.revision !== rule.revision) return { matches: 0, late: 0, firing };
  const { matches, late, lastMatch } = found;
  return { matches, late, ...(lastMatch < 0 ? {} : { lastMatchAt: rfc3339(lastMatch * 1_000) }), firing };
}

export function ruleAnswer(rule: Rule, version: number, state: RuleState): RuleAnswer {
  const { name, origin, source, revision, enabled } = rule;
  return { name, origin, version, source, revision, enabled, state };
}

export function explainAnswer({ lastMatchMs, groups, ...rest }: Explanation, atMs: number): ExplainAnswer {
  return {
    ...rest,
    ...(lastMatchMs === undefined ? {} : { lastMatchAt: rfc3339(lastMatchMs) }),
    groups: groups.map(({ sinceMs, ...group }) => (sinceMs === undefined ? group : { ...group, since: rfc3339(sinceMs) })),
    at: rfc3339(atMs),
  };
}

export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
