/** A routing made ready: the routes of an alert, the route of a lane, and who is silent by the clock. */
import type { Alert } from './alert.js';
import type { Lane } from './lane.js';
import { directRoute, matchRoutes, type Route, type Routing } from './routing.js';
import { insideAny, type NamedInterval } from './time-interval.js';

/** A route that tells somebody. */
export type Target = Route & { readonly receiver: string };

export class Router {
  readonly routing: Routing;
  readonly #targets = new Map<string, Target>();
  /** By receiver; as many as rules name. */
  readonly #direct = new Map<string, Target>();
  readonly #intervals: ReadonlyMap<string, NamedInterval>;
  readonly #silentOnEnd: ReadonlySet<string>;

  constructor(routing: Routing) {
    this.routing = routing;
    this.#collect(routing.route);
    this.#intervals = new Map(routing.timeIntervals.map((interval) => [interval.name, interval]));
    this.#silentOnEnd = new Set(routing.receivers.filter(({ sendResolved }) => !sendResolved).map(({ name }) => name));
  }

  #collect(route: Route): void {
    if (isTarget(route)) this.#targets.set(targetKey(route.receiver, route.key), route);
    for (const child of route.routes) this.#collect(child);
  }

  /** A rule that names receivers goes to them, past the tree. */
  routesOf({ notify, labels }: Alert): readonly Target[] {
    const { route } = this.routing;
    if (notify.length === 0) return matchRoutes(route, labels).filter(isTarget);
    return notify.map((receiver) => this.#directTo(receiver));
  }

  #directTo(receiver: string): Target {
    const known = this.#direct.get(receiver);
    if (known !== undefined) return known;
    const target = { ...directRoute(this.routing.route, receiver), receiver };
    this.#direct.set(receiver, target);
    return target;
  }

  /** Undefined when a new routing has it no more. */
  routeOf({ receiver, route: key }: Lane): Target | undefined {
    const direct = this.#directTo(receiver);
    return direct.key === key ? direct : this.#targets.get(targetKey(receiver, key));
  }

  sendResolved(receiver: string): boolean {
    return !this.#silentOnEnd.has(receiver);
  }

  /** Names of the time intervals that keep a lane silent now: those it is muted in, or those it is active in and that are not now. */
  mutedBy(lane: Lane, nowMs: number): readonly string[] {
    const route = this.routeOf(lane);
    if (route === undefined) return [];
    const { muteTimeIntervals, activeTimeIntervals } = route;
    const muting = muteTimeIntervals.filter((name) => this.#inside(name, nowMs));
    const active = activeTimeIntervals.length === 0 || activeTimeIntervals.some((name) => this.#inside(name, nowMs));
    return active ? muting : [...muting, ...activeTimeIntervals];
  }

  #inside(name: string, nowMs: number): boolean {
    const interval = this.#intervals.get(name);
    return interval !== undefined && insideAny(interval, nowMs);
  }
}

function isTarget(route: Route): route is Target {
  return route.receiver !== undefined;
}

function targetKey(receiver: string, key: string): string {
  return `${receiver}\0${key}`;
}
