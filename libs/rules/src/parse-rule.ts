/** From a plain value (YAML or JSON) to a `Rule`; all problems at once, each with its field and what is allowed. */
import { formatQuery, parseQuery } from '#libs/query';
import {
  CONDITIONS,
  type ConditionParts,
  KINDS,
  OCCURRENCES,
  type OccurrenceParts,
  readCondition,
  readOccurrence,
  readRecover,
} from './kinds.js';
import { isObject, ObjectReader, show } from './object-reader.js';
import { type Finding, type RuleProblem, suggest, toProblem } from './problem.js';
import { revisionOf } from './revision.js';
import type { Origin, Rule, RuleKind } from './rule.js';
import {
  duration,
  integer,
  oneOf,
  type QueryText,
  readGroupBy,
  readName,
  readNotify,
  readQuery,
  readSwitch,
  readText,
  readTexts,
} from './values.js';

const DAY = 86_400_000;
const DEFAULT_MAX_GROUPS = 10_000;
/** 100 000 groups take about 100 MB at most, so this is a server of its own. */
const MOST_GROUPS = 1_000_000;
const DEFAULT_COOLDOWN = 300_000;
const MAX_COOLDOWN = 7 * DAY;
const DEFAULT_LATENESS = 60_000;
/** Buckets live for window and lateness together. */
const MAX_LATENESS = 3_600_000;

export type ParsedRule = { readonly rule: Rule } | { readonly problems: readonly RuleProblem[] };

/** A rule as REST gives it: the same keys as in a file. Never throws. */
export function parseRule(value: unknown, origin: Origin): ParsedRule {
  const read = readRule(value, origin);
  if ('rule' in read) return read;
  return { problems: read.findings.map((finding) => toProblem(finding, nameOf(value))) };
}

/** What a person calls the rule, also when the name is not a good one. */
export function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'].slice(0, 128) : undefined;
}

export function readRule(value: unknown, origin: Origin): { readonly rule: Rule } | { readonly findings: readonly Finding[] } {
  if (!isObject(value))
    return { findings: [{ path: [], message: `${show(value)} is not a rule: write an object with name, where and a kind` }] };
  const findings: Finding[] = [];
  const rule = new RuleReader(new ObjectReader(value, [], findings), value, origin).read();
  return rule === undefined || findings.length > 0 ? { findings } : { rule };
}

type Base = Pick<
  Rule,
  | 'name'
  | 'origin'
  | 'source'
  | 'groupBy'
  | 'maxGroups'
  | 'severity'
  | 'labels'
  | 'annotations'
  | 'notify'
  | 'allowedLatenessMs'
  | 'enabled'
>;

class RuleReader {
  constructor(
    private readonly reader: ObjectReader,
    private readonly source: Readonly<Record<string, unknown>>,
    private readonly origin: Origin,
  ) {}

  read(): Rule | undefined {
    const { reader } = this;
    const base = this.#base();
    const where = reader.optional('where', readQuery) ?? { text: '', query: parseQuery('') };
    const kind = this.#kind();
    if (kind === undefined) {
      reader.present(['for', 'recover', 'no_data', 'cooldown']);
      reader.finish();
      return undefined;
    }
    const occurrence = OCCURRENCES.find((each) => each === kind);
    const condition = CONDITIONS.find((each) => each === kind);
    if (occurrence !== undefined) return this.#occurrence(base, where, readOccurrence(occurrence, reader));
    return condition && this.#condition(base, where, readCondition(condition, reader));
  }

  #base(): Base {
    const { reader, origin, source } = this;
    return {
      name: reader.required('name', readName, 'api-errors') ?? '',
      origin,
      source,
      groupBy: reader.optional('group_by', readGroupBy) ?? [],
      maxGroups: reader.optional('max_groups', integer(1, MOST_GROUPS)) ?? DEFAULT_MAX_GROUPS,
      severity: reader.optional('severity', readText) ?? 'warning',
      labels: reader.optional('labels', readTexts) ?? {},
      annotations: reader.optional('annotations', readTexts) ?? {},
      notify: reader.optional('notify', readNotify) ?? [],
      allowedLatenessMs: reader.optional('allowed_lateness', duration(0, MAX_LATENESS)) ?? DEFAULT_LATENESS,
      enabled: reader.optional('enabled', readSwitch) ?? true,
    };
  }

  #kind(): RuleKind | undefined {
    const [kind, another] = this.reader.present(KINDS) as RuleKind[];
    if (another !== undefined) this.reader.refuse(`one kind only, not ${kind} and ${another}: write two rules`, another);
    if (kind === undefined) {
      const near = Object.keys(this.source).flatMap((key) =>
        suggest(key, KINDS).startsWith('did') ? [` (${key}: ${suggest(key, KINDS)})`] : [],
      );
      this.reader.refuse(`has no kind: write one of ${KINDS.join(', ')}${near[0] ?? ''}`);
    }
    return kind;
  }

  #occurrence(base: Base, where: QueryText, parts: OccurrenceParts | undefined): Rule | undefined {
    const { reader } = this;
    const cooldownMs = reader.optional('cooldown', duration(0, MAX_COOLDOWN)) ?? DEFAULT_COOLDOWN;
    // One that cannot be read is not missing.
    if (parts?.kind === 'match' && isBlank(this.source['where']))
      reader.refuse('"where" is missing: a match needs one, such as where: \'"out of memory"\'');
    reader.finish(ONLY_CONDITIONS);
    if (parts === undefined) return undefined;
    const { level, ...kind } = parts;
    const { text, query } = level === undefined ? where : withLevel(level, where);
    const rule = { ...base, family: 'occurrence' as const, ...kind, where: query, whereText: text, cooldownMs };
    return { ...rule, revision: revisionOf(rule) };
  }

  #condition(base: Base, { text, query }: QueryText, parts: ConditionParts | undefined): Rule | undefined {
    const { reader } = this;
    const forMs = reader.optional('for', duration(0, DAY)) ?? 0;
    const noData = reader.optional('no_data', oneOf(['keep', 'ok', 'fire'] as const)) ?? 'keep';
    const recover = parts && readRecover(reader, parts);
    reader.has('recover');
    reader.finish(ONLY_OCCURRENCES);
    if (parts === undefined || recover === undefined) return undefined;
    const rule = { ...base, family: 'condition' as const, ...parts, where: query, whereText: text, forMs, recover, noData };
    return { ...rule, revision: revisionOf(rule) };
  }
}

function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

const conditions = `it goes with ${CONDITIONS.join(', ')}`;
const occurrences = `it goes with ${OCCURRENCES.join(', ')}`;
const ONLY_CONDITIONS = { for: conditions, recover: conditions, no_data: conditions };
const ONLY_OCCURRENCES = { cooldown: occurrences };

/** The level's condition and `where` as one query. */
function withLevel(level: string, where: QueryText): QueryText {
  const text = where.text === '' ? `level >= ${level}` : `level >= ${level} and (${where.text})`;
  const query = parseQuery(text);
  return { query, text: formatQuery(query) };
}
