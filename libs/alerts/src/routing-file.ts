/**
 * `config/routes.yml`: `route`, `receivers`, `inhibitRules`, `timeIntervals`; Alertmanager's names with underscores are
 * taken too. What is wrong is collected; the routing is there only when nothing is.
 */
import { parseDuration } from './durations.js';
import { readNamedInterval } from './interval-file.js';
import { isLabelName } from './labels.js';
import { parseMatchers, type Matcher } from './matcher.js';
import { readReceiver } from './receiver-file.js';
import { childKey, defaultRouting, GROUP_BY_ALL, type InhibitRule, type ReceiverConfig, type Route, type Routing } from './routing.js';
import { YamlReader, type Field, type Problem } from './yaml-reader.js';

export interface RoutingSources {
  /** Shown in problems. */
  readonly file: string;
  /** Receivers made over REST, which routes may name. */
  readonly receivers?: readonly string[];
}

const TOP = ['route', 'receivers', 'inhibitRules', 'timeIntervals'];
const ROUTE = [
  'receiver',
  'matchers',
  'continue',
  'groupBy',
  'groupWait',
  'groupInterval',
  'repeatInterval',
  'activeTimeIntervals',
  'muteTimeIntervals',
  'routes',
];
const INHIBIT = ['sourceMatchers', 'targetMatchers', 'equal'];
/** Each level is a step of recursion for every alert. */
const MAX_ROUTE_DEPTH = 16;

interface Place {
  readonly known: Known;
  readonly depth: number;
}

interface Known {
  readonly receivers: ReadonlySet<string>;
  readonly intervals: ReadonlySet<string>;
}

export function parseRouting(text: string, sources: RoutingSources): { readonly routing?: Routing; readonly problems: readonly Problem[] } {
  const reader = new YamlReader(text, sources.file);
  const fields = reader.root().asMap(TOP);
  const receivers = unique(fields.get('receivers'), readReceiver);
  const timeIntervals = unique(fields.get('timeIntervals'), readNamedInterval);
  const inhibitRules = (fields.get('inhibitRules')?.asList() ?? []).map(readInhibitRule);
  const names = [...receivers.map(({ name }) => name), ...(sources.receivers ?? [])];
  const known: Known = { receivers: new Set(names), intervals: new Set(timeIntervals.map(({ name }) => name)) };
  const standard = defaultRouting(names).route;
  const top = fields.get('route');
  const route = top === undefined ? standard : readRoot(top, standard, known);
  return reader.problems.length > 0
    ? { problems: reader.problems }
    : { routing: { route, receivers, inhibitRules, timeIntervals }, problems: [] };
}

function unique<T extends ReceiverConfig | { readonly name: string }>(
  field: Field | undefined,
  read: (field: Field) => T | undefined,
): readonly T[] {
  const found = new Map<string, T>();
  for (const item of field?.asList() ?? []) {
    const value = read(item);
    if (value === undefined) continue;
    if (found.has(value.name)) item.refuse(`the name "${value.name}" is taken`);
    found.set(value.name, value);
  }
  return [...found.values()];
}

function readRoot(field: Field, standard: Route, known: Known): Route {
  const fields = field.asMap();
  for (const name of ['matchers', 'continue', 'active_time_intervals', 'activeTimeIntervals', 'mute_time_intervals', 'muteTimeIntervals']) {
    fields.get(name)?.refuse('the root route takes everything, always: this belongs in one of its routes');
  }
  return readRoute(field, standard, { known, depth: 0 });
}

function readRoute(field: Field, parent: Route, { known, depth }: Place): Route {
  const fields = field.asMap(ROUTE);
  const matchers = readMatchers(fields.get('matchers'));
  const own: Route = {
    ...readTarget(fields, parent, known),
    matchers,
    continue: fields.get('continue')?.asBoolean() ?? false,
    groupBy: readGroupBy(fields.get('groupBy')) ?? parent.groupBy,
    groupIntervalMs: readDuration(fields.get('groupInterval'), 1) ?? parent.groupIntervalMs,
    repeatIntervalMs: readDuration(fields.get('repeatInterval'), 1) ?? parent.repeatIntervalMs,
    activeTimeIntervals: readNames(fields.get('activeTimeIntervals'), known.intervals),
    muteTimeIntervals: readNames(fields.get('muteTimeIntervals'), known.intervals),
    routes: [],
    key: depth === 0 ? '{}' : childKey(parent.key, matchers),
  };
  const children = fields.get('routes');
  if (depth >= MAX_ROUTE_DEPTH) {
    children?.refuse(`routes are nested deeper than ${MAX_ROUTE_DEPTH}`);
    return own;
  }
  return { ...own, routes: (children?.asList() ?? []).map((child) => readRoute(child, own, { known, depth: depth + 1 })) };
}

/** What is absent when nobody said it, not even a parent. */
function readTarget(fields: ReadonlyMap<string, Field>, parent: Route, known: Known): Pick<Route, 'receiver' | 'groupWaitMs'> {
  const receiver = readName(fields.get('receiver'), known.receivers, 'receiver') ?? parent.receiver;
  const groupWaitMs = readDuration(fields.get('groupWait'), 0) ?? parent.groupWaitMs;
  return { ...(receiver === undefined ? {} : { receiver }), ...(groupWaitMs === undefined ? {} : { groupWaitMs }) };
}

function readInhibitRule(field: Field): InhibitRule {
  const fields = field.asMap(INHIBIT);
  const sourceMatchers = readMatchers(fields.get('sourceMatchers'));
  const targetMatchers = readMatchers(fields.get('targetMatchers'));
  if (sourceMatchers.length === 0 || targetMatchers.length === 0) {
    field.refuse('sourceMatchers and targetMatchers are needed: without them everything would be silent');
  }
  return { sourceMatchers, targetMatchers, equal: readLabelNames(fields.get('equal')) };
}

function readMatchers(field: Field | undefined): readonly Matcher[] {
  return (field?.asList() ?? []).flatMap((item) => {
    const text = item.asText();
    try {
      return text === undefined ? [] : parseMatchers(text);
    } catch (error) {
      item.refuse(error instanceof Error ? error.message : String(error), 'name="value" with = != =~ !~');
      return [];
    }
  });
}

function readGroupBy(field: Field | undefined): readonly string[] | undefined {
  if (field?.present !== true) return undefined;
  const plain = field.asTexts();
  if (!plain.includes(GROUP_BY_ALL)) return readLabelNames(field);
  return plain.length === 1 ? plain : field.refuse(`"${GROUP_BY_ALL}" stands alone`, 'names of labels, or ... alone');
}

function readLabelNames(field: Field | undefined): readonly string[] {
  return (field?.asList() ?? []).flatMap((item) => {
    const name = item.asText() ?? '';
    return isLabelName(name)
      ? [name]
      : (item.refuse(`"${name}" is not a label name`, 'letters, digits and _ (dots of fields are _)') ?? []);
  });
}

function readDuration(field: Field | undefined, least: number): number | undefined {
  const text = field?.present === true ? field.asText() : undefined;
  if (text === undefined) return undefined;
  try {
    const ms = parseDuration(text);
    return ms >= least ? ms : field?.refuse('must be longer than 0', 'a duration as 30s, 5m, 4h');
  } catch (error) {
    return field?.refuse(error instanceof Error ? error.message : String(error), 'a duration as 30s, 5m, 4h');
  }
}

function readName(field: Field | undefined, known: ReadonlySet<string>, what: string): string | undefined {
  const name = field?.present === true ? field.asText() : undefined;
  if (name === undefined || known.has(name)) return name;
  return field?.refuse(`there is no ${what} "${name}"`, known.size === 0 ? 'none is defined' : [...known].join(', '));
}

function readNames(field: Field | undefined, known: ReadonlySet<string>): readonly string[] {
  return (field?.asList() ?? []).flatMap((item) => readName(item, known, 'time interval') ?? []);
}
