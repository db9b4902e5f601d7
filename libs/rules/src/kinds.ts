/**
 * What stands under a rule's kind:
 *
 *     level: error                                      level    at or above
 *     match: {}                                         match    every record of `where`
 *     new_term: { field: user.id, remember: 30d }       new_term a value not seen for so long
 *     change: { field: service.version }                change   another value than before
 *     count: { over: 60s, at_least: 10 }                count    events
 *     rate: { over: 1m, above: 5/s }                    rate     events per second
 *     ratio: { of: 'service: api', over: 5m, above: 5%, min_total: 50 }
 *     spike: { over: 5m, height: 3, direction: up, min_count: 10 }
 *     absence: { over: 10m, forget: 24h }
 *     distinct: { field: user.id, over: 10m, at_least: 100 }
 */
import { LEVELS } from '#libs/record';
import type { ObjectReader, Read } from './object-reader.js';
import type { Comparator, ConditionKind, ConditionRule, OccurrenceRule, RuleKind, Threshold } from './rule.js';
import { amount, duration, integer, oneOf, readField, readQuery, readRate, readShare } from './values.js';

export const OCCURRENCES = ['level', 'match', 'new_term', 'change'] as const;
export const CONDITIONS = ['count', 'rate', 'ratio', 'spike', 'absence', 'distinct'] as const;
export const KINDS: readonly RuleKind[] = [...OCCURRENCES, ...CONDITIONS];
const COMPARATORS = ['at_least', 'above', 'at_most', 'below'] as const;
const OPPOSITE: Readonly<Record<Comparator, Comparator>> = { at_least: 'below', above: 'at_most', at_most: 'above', below: 'at_least' };

const DAY = 86_400_000;
/** A window is a row of counts, one for each second and group: a day of them is the most that memory should hold. */
const MAX_OVER = DAY;
const DEFAULT_REMEMBER = 30 * DAY;
const MAX_REMEMBER = 366 * DAY;
const DEFAULT_FORGET = DAY;
const MAX_FORGET = 31 * DAY;
/** Events per window, distinct values: above what counters are made for. */
const MAX_COUNT = 1_000_000_000;

const readLevel = oneOf(LEVELS);

/** `level: error`, `match: {}` and so on; the level's own condition is added to `where` by the caller. */
export type OccurrenceParts = Pick<OccurrenceRule, 'kind' | 'field' | 'rememberMs'> & { readonly level?: string };
export type ConditionParts = Pick<
  ConditionRule,
  'kind' | 'overMs' | 'threshold' | 'of' | 'ofText' | 'minTotal' | 'field' | 'direction' | 'minCount' | 'forgetMs'
>;

export function readOccurrence(kind: (typeof OCCURRENCES)[number], rule: ObjectReader): OccurrenceParts | undefined {
  if (kind === 'level') {
    const level = rule.optional('level', readLevel);
    return level && { kind, level };
  }
  if (kind === 'match') {
    rule.optional('match', (value) => value === true || rule.object('match')?.finish());
    return { kind };
  }
  const body = rule.object(kind);
  if (body === undefined) return undefined;
  const field = body.required('field', readField, 'user.id');
  const rememberMs = kind === 'new_term' ? (body.optional('remember', duration(60_000, MAX_REMEMBER)) ?? DEFAULT_REMEMBER) : undefined;
  body.finish();
  return field === undefined ? undefined : { kind, field, ...(rememberMs === undefined ? {} : { rememberMs }) };
}

/** undefined when something is missing, which is noted then. */
export function readCondition(kind: ConditionKind, rule: ObjectReader): ConditionParts | undefined {
  const body = rule.object(kind);
  if (body === undefined) return undefined;
  const overMs = body.required('over', duration(1_000, MAX_OVER, true), '5m');
  const threshold = readThresholdOf(kind, body);
  const rest = readRest(kind, body);
  body.finish();
  if (overMs === undefined || threshold === undefined || rest === undefined) return undefined;
  return { kind, overMs, threshold, ...rest };
}

type Rest = Omit<ConditionParts, 'kind' | 'overMs' | 'threshold'>;

function readRest(kind: ConditionKind, body: ObjectReader): Rest | undefined {
  switch (kind) {
    case 'ratio': {
      const of = body.required('of', readQuery, "'service: api'");
      const minTotal = body.optional('min_total', integer(0, MAX_COUNT)) ?? 1;
      return of && { of: of.query, ofText: of.text, minTotal };
    }
    case 'spike':
      return {
        direction: body.optional('direction', oneOf(['up', 'down', 'both'])) ?? 'up',
        minCount: body.optional('min_count', integer(0, MAX_COUNT)) ?? 1,
      };
    case 'absence':
      return { forgetMs: body.optional('forget', duration(1_000, MAX_FORGET)) ?? DEFAULT_FORGET };
    case 'distinct': {
      const field = body.required('field', readField, 'user.id');
      return field === undefined ? undefined : { field };
    }
    default:
      return {};
  }
}

function readThresholdOf(kind: ConditionKind, body: ObjectReader): Threshold | undefined {
  if (kind === 'spike') {
    const value = body.required('height', above1, '3');
    return value === undefined ? undefined : { comparator: 'at_least', value };
  }
  if (kind === 'absence' && body.present(COMPARATORS).length === 0) return { comparator: 'at_most', value: 0 };
  return readThreshold(kind, body);
}

const above1: Read<number> = (value) => amount('a factor', true)(value);

const READ_VALUE: Readonly<Record<ConditionKind, Read<number>>> = {
  count: integer(0, MAX_COUNT),
  distinct: integer(0, MAX_COUNT),
  absence: integer(0, MAX_COUNT),
  rate: readRate,
  ratio: readShare,
  spike: amount('a factor'),
};

const EXAMPLE: Readonly<Record<ConditionKind, string>> = {
  count: 'at_least: 10',
  distinct: 'at_least: 100',
  absence: 'at_most: 0',
  rate: 'above: 5/s',
  ratio: 'above: 5%',
  spike: 'below: 2',
};

/** Exactly one of `at_least`, `above`, `at_most`, `below`. */
function readThreshold(kind: ConditionKind, body: ObjectReader): Threshold | undefined {
  const [comparator, another] = body.present(COMPARATORS) as Comparator[];
  if (comparator === undefined) {
    body.refuse(`has no threshold: write one of ${COMPARATORS.join(', ')}, such as ${EXAMPLE[kind]}`);
    return undefined;
  }
  if (another !== undefined) body.refuse(`one threshold only, not ${comparator} and ${another}`, another);
  const value = body.optional(comparator, READ_VALUE[kind]);
  return value === undefined ? undefined : { comparator, value };
}

/** When a rule that fires is well again: by default as soon as its threshold does not hold. */
export function readRecover(rule: ObjectReader, parts: ConditionParts): ConditionRule['recover'] {
  const { comparator, value } = parts.threshold;
  const opposite = { comparator: OPPOSITE[comparator], value };
  const body = rule.object('recover');
  if (body === undefined) return { threshold: opposite, forMs: 0 };
  const isGiven = body.present(COMPARATORS).length > 0;
  const threshold = isGiven ? readThreshold(parts.kind, body) : opposite;
  const forMs = body.optional('for', duration(0, DAY)) ?? 0;
  if (threshold !== undefined && overlaps(parts.threshold, threshold)) {
    body.refuse(
      `${threshold.comparator} ${threshold.value} can hold while ${comparator} ${value} still fires: ` +
        `write ${isHigh(comparator) ? `below, or at_most, of ${value} or less` : `above, or at_least, of ${value} or more`}`,
      threshold.comparator,
    );
  }
  body.finish();
  return { threshold: threshold ?? opposite, forMs };
}

function isHigh(comparator: Comparator): boolean {
  return comparator === 'at_least' || comparator === 'above';
}

function overlaps(fire: Threshold, well: Threshold): boolean {
  if (isHigh(fire.comparator) === isHigh(well.comparator)) return true;
  if (fire.value === well.value) return fire.comparator.startsWith('at') && well.comparator.startsWith('at');
  return isHigh(fire.comparator) ? well.value > fire.value : well.value < fire.value;
}
