import type { Arrival, Event, Fields } from './event.js';
import type { NormaliserOptions } from './normaliser.js';
import { flatten } from './flat.js';
import { RECORD_HEAD } from './normaliser.js';
import { Normaliser } from './record-normaliser.js';

/** What the tests of the formats have in common: one clock (2026-11-21T04:04:23.785232175Z), one Docker container. */
export const CREATED_NS = 1_795_233_863_785_232_175n;
export const SECONDS = 1_795_233_863;
export const CREATED = '2026-11-21T04:04:23.785232175Z';

export const DOCKER: Fields = Object.freeze({ container_id: 'c1', container_name: '/web-1', source: 'stdout' });

export const ARRIVAL: Arrival = { createdNs: CREATED_NS, source: 'forward' };

export interface Bench {
  readonly normaliser: Normaliser;
  readonly counted: string[];
}

export function makeNormaliser(options: Partial<NormaliserOptions> = {}): Bench {
  const counted: string[] = [];
  const normaliser = new Normaliser({
    node: 'node-1',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: (reason) => counted.push(reason),
    ...options,
  });
  return { normaliser, counted };
}

export function makeEvent(event: Partial<Event> = {}): Event {
  return { tag: 'docker.web', seconds: SECONDS, nanos: 123, text: undefined, fields: DOCKER, ...event };
}

/** The stored record, as a store reads it. */
export function parseRecord(tail: string): Record<string, unknown> {
  return JSON.parse(`${RECORD_HEAD}1${tail}`) as Record<string, unknown>;
}

/** Flat names to values of the record of a line; what every record has (container, host, node, created) left out. */
export function fieldsOf(text: string, options: Partial<NormaliserOptions> = {}): Record<string, unknown> {
  const { normaliser } = makeNormaliser(options);
  return trim(flatten(parseRecord(normaliser.normalise(makeEvent({ text }), ARRIVAL))));
}

const REPEATED = [
  'event.sequence',
  'event.created',
  'container.id',
  'container.name',
  'log.pattern',
  'stream',
  'logweir.source',
  'logweir.tag',
  'logweir.node',
];
const DEFAULTS: Readonly<Record<string, string>> = { 'host.name': 'host-1', 'service.name': 'web-1' };

function trim(flat: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(flat).filter(([name, value]) => !REPEATED.includes(name) && DEFAULTS[name] !== value);
  return Object.fromEntries(kept);
}
