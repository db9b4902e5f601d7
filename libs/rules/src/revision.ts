import { createHash } from 'node:crypto';
import { formatQuery } from '#libs/query';
import type { ConditionRule, OccurrenceRule } from './rule.js';

/** Hex digits: two revisions of one rule never meet by chance. */
const DIGITS = 16;

type Unrevised<T> = Omit<T, 'revision'>;

/**
 * Short hash of all that decides what a rule counts and when it changes its state. Name, severity, labels, annotations and
 * receivers are not in it: a better text must not throw away what was counted.
 */
export function revisionOf(rule: Unrevised<OccurrenceRule> | Unrevised<ConditionRule>): string {
  const { name, origin, source, whereText, severity, labels, annotations, notify, enabled, ...meaning } = rule;
  void [name, origin, source, whereText, severity, labels, annotations, notify, enabled];
  const { ofText, of, where, ...rest } = { ofText: undefined, of: undefined, ...meaning };
  void ofText;
  const canonical = { ...rest, where: formatQuery(where), ...(of === undefined ? {} : { of: formatQuery(of) }) };
  return createHash('sha256').update(stable(canonical)).digest('hex').slice(0, DIGITS);
}

/** JSON with sorted keys. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
