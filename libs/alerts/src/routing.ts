/**
 * The tree that decides who is told: an alert enters at the root, goes to the first child whose matchers hold (and on to
 * further ones where `continue` is set), and ends at the deepest route that matches.
 */
import type { Labels } from './alert.js';
import { formatDuration } from './durations.js';
import { formatMatcher, formatMatchers, matchesAll, type Matcher } from './matcher.js';
import type { NamedInterval } from './time-interval.js';

export interface Route {
  /** Absent: nobody is told. */
  readonly receiver?: string;
  readonly matchers: readonly Matcher[];
  readonly continue: boolean;
  /** Names of labels; `['...']`: by all labels, so every alert is its own group. */
  readonly groupBy: readonly string[];
  /** Absent: 0 when an alert of the group is critical, else DEFAULT_GROUP_WAIT_MS. */
  readonly groupWaitMs?: number;
  readonly groupIntervalMs: number;
  readonly repeatIntervalMs: number;
  /** Names of time intervals; not inherited. */
  readonly activeTimeIntervals: readonly string[];
  readonly muteTimeIntervals: readonly string[];
  readonly routes: readonly Route[];
  /** `{}/{team="x"}`: the matchers from the root down; part of group keys. */
  readonly key: string;
}

export interface ReceiverConfig {
  readonly name: string;
  /** Default true. */
  readonly sendResolved: boolean;
  /** One block per kind (`webhook`, `slack`, …) as written: libs/notify checks it and puts its secrets in place. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface InhibitRule {
  readonly sourceMatchers: readonly Matcher[];
  readonly targetMatchers: readonly Matcher[];
  /** Labels whose values must be the same on both sides; a missing one is an empty one. */
  readonly equal: readonly string[];
}

export interface Routing {
  readonly route: Route;
  readonly receivers: readonly ReceiverConfig[];
  readonly inhibitRules: readonly InhibitRule[];
  readonly timeIntervals: readonly NamedInterval[];
}

/**
 * Alertmanager waits 30 s because Prometheus evaluates rules one after the other; here a record is evaluated when it
 * arrives, so what belongs together is there within a second. A critical alert does not wait.
 */
export const DEFAULT_GROUP_WAIT_MS = 1_000;
export const DEFAULT_GROUP_INTERVAL_MS = 300_000;
export const DEFAULT_REPEAT_INTERVAL_MS = 14_400_000;
/** One message per rule; Alertmanager's own default is one group for everything. */
export const DEFAULT_GROUP_BY: readonly string[] = ['alertname'];
export const GROUP_BY_ALL = '...';

/** Without a file: one route to the receiver named `default`, or to nobody. */
export function defaultRouting(receivers: readonly string[]): Routing {
  const route: Route = {
    matchers: [],
    continue: false,
    groupBy: DEFAULT_GROUP_BY,
    groupIntervalMs: DEFAULT_GROUP_INTERVAL_MS,
    repeatIntervalMs: DEFAULT_REPEAT_INTERVAL_MS,
    activeTimeIntervals: [],
    muteTimeIntervals: [],
    routes: [],
    key: '{}',
  };
  return {
    route: receivers.includes('default') ? { ...route, receiver: 'default' } : route,
    receivers: [],
    inhibitRules: [],
    timeIntervals: [],
  };
}

/** The routes at which an alert ends, at least one: the root matches everything. */
export function matchRoutes(route: Route, labels: Labels): readonly Route[] {
  if (!matchesAll(route.matchers, labels)) return [];
  const found: Route[] = [];
  for (const child of route.routes) {
    const deeper = matchRoutes(child, labels);
    found.push(...deeper);
    if (deeper.length > 0 && !child.continue) break;
  }
  return found.length === 0 ? [route] : found;
}

/** Of an alert whose rule names its receivers: the root's timing, beside the tree. */
export function directRoute(root: Route, receiver: string): Route {
  const key = `{}/{notify="${receiver}"}`;
  return { ...root, receiver, matchers: [], routes: [], activeTimeIntervals: [], muteTimeIntervals: [], key };
}

export function groupLabels({ groupBy }: Route, labels: Labels): Labels {
  if (groupBy.includes(GROUP_BY_ALL)) return labels;
  const group: Record<string, string> = {};
  for (const name of [...groupBy].sort()) if (labels[name] !== undefined) group[name] = labels[name];
  return group;
}

/** `{}/{team="x"}:{alertname="y"}`, as Alertmanager writes it; receivers know a group by it. */
export function groupKey(route: Route, group: Labels): string {
  return `${route.key}:${formatLabels(group)}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.sort().join(', ')}}`;
}

export function childKey(parent: string, matchers: readonly Matcher[]): string {
  return `${parent}/${formatMatchers(matchers)}`;
}

/**
 * What may be shown of a routing, in the names of Alertmanager's configuration, so that `amtool config routes` reads it:
 * of receivers the name alone, of time intervals too.
 */
export function describeRouting({ route, receivers, inhibitRules, timeIntervals }: Routing): Readonly<Record<string, unknown>> {
  const names = new Set([...receivers.map(({ name }) => name), ...receiversOf(route)]);
  return {
    route: describeRoute(route, true),
    receivers: [...names].map((name) => ({ name })),
    inhibit_rules: inhibitRules.map(({ sourceMatchers, targetMatchers, equal }) => ({
      source_matchers: sourceMatchers.map(formatMatcher),
      target_matchers: targetMatchers.map(formatMatcher),
      equal,
    })),
    time_intervals: timeIntervals.map(({ name }) => ({ name, time_intervals: [] })),
  };
}

function describeRoute(route: Route, isRoot: boolean): Readonly<Record<string, unknown>> {
  const { receiver, matchers, groupBy, activeTimeIntervals, muteTimeIntervals, routes } = route;
  const own = { matchers: matchers.map(formatMatcher), active_time_intervals: activeTimeIntervals, mute_time_intervals: muteTimeIntervals };
  return {
    ...(receiver === undefined ? {} : { receiver }),
    group_by: groupBy,
    group_wait: formatDuration(route.groupWaitMs ?? DEFAULT_GROUP_WAIT_MS),
    group_interval: formatDuration(route.groupIntervalMs),
    repeat_interval: formatDuration(route.repeatIntervalMs),
    ...(isRoot ? {} : { ...own, continue: route.continue }),
    routes: routes.map((child) => describeRoute(child, false)),
  };
}

function receiversOf({ receiver, routes }: Route): readonly string[] {
  return [...(receiver === undefined ? [] : [receiver]), ...routes.flatMap(receiversOf)];
}
