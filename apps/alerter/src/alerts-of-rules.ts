import { type Alert, alertOf } from '#libs/alerts';
import { RECORDS_SKIPPED_RULE, type Rule, type Transition } from '#libs/rules';

/** Of the transition that says that records were never looked at. */
const RECORDS_SKIPPED = {
  severity: 'critical',
  labels: {},
  annotations: { summary: '{{ value }} records passed no rule: the queue was away for too long' },
  notify: [],
};

export interface AlertsOfRulesOptions {
  readonly rule: (name: string) => Rule | undefined;
  /** Where people reach Logweir. */
  readonly externalUrl: string;
}

/** What a rule decided, as an alert; undefined when the rule is gone. */
export function alertsOfRules({ rule, externalUrl }: AlertsOfRulesOptions) {
  return (transition: Transition, acceptedMs: number): Alert | undefined => {
    const found = transition.rule === RECORDS_SKIPPED_RULE ? RECORDS_SKIPPED : rule(transition.rule);
    if (found === undefined) return undefined;
    const search = 'whereText' in found ? searchUrl(externalUrl, found, transition) : externalUrl;
    return alertOf(transition, found, { generatorUrl: () => search, acceptedMs });
  };
}

/** The records behind it, over REST. */
function searchUrl(externalUrl: string, rule: Rule, { group, window, atMs }: Transition): string {
  const clauses = Object.entries(group).map(([field, value]) => `${field}: ${JSON.stringify(value)}`);
  const q = [rule.whereText === '' ? '' : `(${rule.whereText})`, ...clauses].filter((clause) => clause !== '').join(' and ');
  const from = window?.fromMs ?? atMs - 60_000;
  const to = (window?.toMs ?? atMs) + 1_000;
  const parameters = new URLSearchParams({ q, from: String(from), to: String(to) });
  return `${externalUrl}/api/v1/logs?${parameters.toString()}`;
}
