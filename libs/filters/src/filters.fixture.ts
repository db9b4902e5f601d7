import { type Arrival, type Event, type Fields, Normaliser, RECORD_HEAD } from '#libs/record';
import type { Filter, PatternName } from './filter.js';
import { Filters } from './filters.js';
import { hashWith } from './marks.js';

export const ARRIVAL: Arrival = { createdNs: 1_795_233_863_785_232_175n, source: 'forward' };
export const DOCKER: Fields = Object.freeze({ container_id: 'c1', container_name: '/web-1', source: 'stdout' });
export const EVERYTHING: readonly PatternName[] = ['url_password', 'token', 'card', 'email'];

export const normaliser = new Normaliser({
  node: 'node-1',
  host: 'host-1',
  zone: 'UTC',
  retentionMs: 14 * 86_400_000,
  maxMessage: 1_048_576,
  count: () => undefined,
});

export function makeEvent(event: Partial<Event>): Event {
  return { tag: 'docker.web', seconds: 1_795_233_863, nanos: 123, text: undefined, fields: DOCKER, ...event };
}

export function redactAll(action: 'mask' | 'hash' | 'remove' = 'mask'): Filter {
  return { name: 'all', kind: 'redact', patterns: EVERYTHING, fields: [], action };
}

export function makeFilters(...all: readonly Filter[]): { filters: Filters; reports: [string, string][] } {
  const reports: [string, string][] = [];
  const filters = new Filters(all, { hash: hashWith('a key'), report: (filter, path) => reports.push([filter, path]) });
  return { filters, reports };
}

/** The text of the record that is kept. */
export function kept(filters: Filters, event: Event): string {
  const passed = filters.pass(normaliser.normalise(event, ARRIVAL), event);
  if (typeof passed !== 'string') throw new Error(`dropped by ${passed.filter}`);
  return passed;
}

export function recordOf(tail: string): Record<string, unknown> {
  return JSON.parse(`${RECORD_HEAD}1${tail}`) as Record<string, unknown>;
}
