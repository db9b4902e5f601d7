/** Deliveries as a journal's reader gives them, and the naive way to count what rules find in them. */
import { toPredicate } from '#libs/query';
import { type Arrival, type Event, type Fields, Normaliser, parseTimestamp } from '#libs/record';
import type { DetectInput } from './detector.js';
import { parseRule } from './parse-rule.js';
import type { Rule } from './rule.js';
import type { RuleSignal, Signal } from './signal.js';
import type { SignalBuilder } from './signal-builder.js';

export const START = 1_795_262_400;
const FIRST_POSITION = 2 ** 31;

export function ruleOf(value: Readonly<Record<string, unknown>>): Rule {
  const parsed = parseRule({ name: 'a', ...value }, { kind: 'rest' });
  if ('rule' in parsed) return parsed.rule;
  throw new Error(JSON.stringify(parsed.problems));
}

export interface Line {
  readonly text: string;
  readonly fields?: Fields;
  /** Seconds since `START` at which it arrived, and that its sender gave. */
  readonly arrived?: number;
  readonly sent?: number;
  /** A replayed dead letter: the record as somebody changed it. */
  readonly corrected?: (record: Record<string, unknown>) => unknown;
}

const NO_FIELDS: Fields = Object.freeze({});

export function deliveryOf(lines: readonly Line[]): DetectInput {
  const normaliser = new Normaliser({
    node: 'web1.3f9a2c',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  const positions = Float64Array.from(lines, (_, index) => FIRST_POSITION + index * 7);
  const texts = lines.map((line, index) => {
    const arrived = START + (line.arrived ?? 0);
    const arrival: Arrival = { createdNs: BigInt(arrived) * 1_000_000_000n + 250_000_000n, source: 'forward' };
    const seconds = START + (line.sent ?? line.arrived ?? 0);
    const event: Event = { tag: 'docker.web', seconds, nanos: 5, text: line.text, fields: line.fields ?? NO_FIELDS };
    const record = `{"event":{"sequence":${positions[index]}${normaliser.normalise(event, arrival)}`;
    return `{"create":{"_id":"abc-${index}"}}\n${line.corrected === undefined ? record : replay(record, line.corrected)}\n`;
  });
  return { bulk: Buffer.from(texts.join('')), count: lines.length, positions };
}

/** Its sequence is the one that it had at first. */
function replay(text: string, corrected: NonNullable<Line['corrected']>): string {
  const record = JSON.parse(text) as Record<string, unknown>;
  record['event'] = { ...(record['event'] as object), sequence: 12_345 };
  return JSON.stringify(corrected(record));
}

export function finish(builder: SignalBuilder): Signal {
  return builder.finish({ journal: 'j', node: 'web1.3f9a2c', from: 0, to: 1, arrivedMs: START * 1_000 });
}

type StoredRecord = Readonly<Record<string, unknown>>;

/** Every rule asks every parsed record. */
export function naive({ bulk }: DetectInput, rules: readonly Rule[]): RuleSignal[] {
  const records = bulk
    .toString()
    .split('\n')
    .filter((_, index) => index % 2 === 1)
    .map((text) => JSON.parse(text) as StoredRecord);
  return rules.flatMap((rule) => naiveRule(records, rule) ?? []);
}

interface NaiveGroup {
  readonly key: string[];
  readonly seconds: Map<number, [number, number]>;
  readonly values: [number, string][];
}

/** 0: no match; 1: a match, or the part of a ratio; 2: only the whole of a ratio. */
function verdictOf(rule: Rule): (record: StoredRecord) => 0 | 1 | 2 {
  const where = toPredicate(rule.where, { nowNs: 0n });
  const of = 'of' in rule && rule.of !== undefined ? toPredicate(rule.of, { nowNs: 0n }) : undefined;
  if (of === undefined) return (record) => (where(record) ? 1 : 0);
  return (record) => {
    if (!of(record)) return 0;
    return where(record) ? 1 : 2;
  };
}

function naiveRule(records: readonly StoredRecord[], rule: Rule): RuleSignal | undefined {
  const verdict = verdictOf(rule);
  const groups = new Map<string, NaiveGroup>();
  const samples: RuleSignal['samples'][number][] = [];
  const matches = records.filter((record) => verdict(record) !== 0);
  const timely = matches.filter((record) => latenessOf(record) <= rule.allowedLatenessMs);
  for (const record of timely) {
    const key = rule.groupBy.map((field) => textOf(at(record, field)));
    const group = groups.get(key.join('\n')) ?? { key, seconds: new Map<number, [number, number]>(), values: [] };
    groups.set(key.join('\n'), group);
    const second = Math.floor(timeOf(record) / 1_000);
    const [part, whole] = group.seconds.get(second) ?? [0, 0];
    const isPart = verdict(record) === 1;
    group.seconds.set(second, [part + (isPart ? 1 : 0), whole + 1]);
    if (isPart && rule.field !== undefined) addValues(group, second, at(record, rule.field), rule.kind === 'change');
    if (isPart && samples.length < 5) samples.push(sampleOf(record, [...groups.keys()].indexOf(key.join('\n')), rule));
  }
  if (matches.length === 0) return undefined;
  const late = matches.length - timely.length;
  return { rule: rule.name, revision: rule.revision, groups: [...groups.values()].map((group) => groupOf(group, rule)), late, samples };
}

function timeOf(record: StoredRecord): number {
  const created = msOf(at(record, 'event.created'));
  const timestamp = msOf(at(record, '@timestamp'));
  return timestamp > created + 120_000 ? created : timestamp;
}

function latenessOf(record: StoredRecord): number {
  return msOf(at(record, 'event.created')) - timeOf(record);
}

function addValues(group: NaiveGroup, second: number, value: unknown, isChange: boolean): void {
  for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (each === undefined) continue;
    const known = isChange ? group.values.slice(-1) : group.values;
    if (!known.some(([when, text]) => when === second && text === textOf(each))) group.values.push([second, textOf(each)]);
  }
}

function groupOf({ key, seconds, values }: NaiveGroup, rule: Rule): RuleSignal['groups'][number] {
  const sorted = [...seconds].sort(([a], [b]) => a - b);
  const counts = sorted.map(([second, [part, whole]]) =>
    rule.kind === 'ratio' ? ([second, part, whole] as const) : ([second, part] as const),
  );
  return { key, seconds: counts, ...(rule.field === undefined ? {} : { values }) };
}

function sampleOf(record: StoredRecord, group: number, rule: Rule): RuleSignal['samples'][number] {
  const names = [...new Set([...rule.groupBy, 'service.name', 'host.name', 'container.name'])];
  const fields = Object.fromEntries(names.map((name) => [name, textOf(at(record, name))]).filter(([, text]) => text !== ''));
  const timestamp = String(at(record, '@timestamp'));
  const level = at(record, 'log.level');
  const id = `${parseTimestamp(timestamp)}-${textOf(at(record, 'event.sequence'))}-${textOf(at(record, 'logweir.node'))}`;
  return { group, id, timestamp, ...(level === undefined ? {} : { level: textOf(level) }), message: textOf(at(record, 'message')), fields };
}

/** `attributes` has flat names, all else is nested. */
export function at(record: StoredRecord, field: string): unknown {
  const path = field.startsWith('attributes.') ? ['attributes', field.slice(11)] : field.split('.');
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as StoredRecord)[key] : undefined),
    record,
  );
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : `${(value ?? '') as string | number | boolean}`;
}

function msOf(text: unknown): number {
  return Number((parseTimestamp(String(text)) ?? 0n) / 1_000_000n);
}
