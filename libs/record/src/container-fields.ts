import type { Fields, Value } from './event.js';
import { quote } from './quote.js';

const PARTIAL = new Set(['partial_message', 'partial_id', 'partial_ordinal', 'partial_last']);
const CONTAINER = new Set(['container_id', 'container_name', 'container_image']);

type Part = 'id' | 'name' | 'image';

/** Pieces of a record's text. */
export interface ContainerFields {
  readonly labels: string;
  readonly rest: readonly (readonly [string, Value])[];
  /** The group without its end. */
  readonly container: string;
  readonly name: string;
  readonly stream: string;
}

/** Of values without a line. */
const NAMES: ReadonlyMap<string, Part> = new Map([
  ['container_id', 'id'],
  ['container.id', 'id'],
  ['container_name', 'name'],
  ['container.name', 'name'],
  ['container_image', 'image'],
  ['container.image.name', 'image'],
]);
const MAY_NAME = ['container', ...NAMES.keys()];

/** Named as Docker or as ECS does, flat or as objects; what is no text, or named twice, stays among the fields. */
export function containerOf(fields: Fields, hasNoLine: boolean): ContainerFields {
  const nothing = { container: '', name: '', stream: '', labels: '', rest: Object.entries(fields) };
  if (!hasNoLine || !MAY_NAME.some((key) => key in fields)) return nothing;
  const found = new Map<Part, string>();
  const rest = restOf('', nothing.rest, found);
  const [id, name = '', image] = [found.get('id'), found.get('name'), found.get('image')];
  const pairs = [
    id === undefined ? '' : containerField('container_id', id),
    name === '' ? '' : containerField('container_name', name),
    image === undefined ? '' : containerField('container_image', image),
  ].filter((pair) => pair !== '');
  if (pairs.length === 0) return nothing;
  const stream = streamOf(fields['source']);
  return {
    container: `},"container":{${pairs.join(',')}`,
    name: withoutSlash(name),
    stream,
    labels: '',
    rest: stream === '' ? rest : rest.filter(([key]) => key !== 'source'),
  };
}

function restOf(before: string, entries: readonly (readonly [string, Value])[], found: Map<Part, string>) {
  const rest: [string, Value][] = [];
  for (const [key, value] of entries) {
    const path = before + key;
    const part = NAMES.get(path);
    if (part !== undefined && typeof value === 'string' && value !== '' && !found.has(part)) found.set(part, value);
    else if ((path === 'container' || path === 'container.image') && isObject(value)) {
      const left = restOf(`${path}.`, Object.entries(value), found);
      if (left.length > 0) rest.push([key, Object.fromEntries(left)]);
    } else rest.push([key, value]);
  }
  return rest;
}

function isObject(value: Value): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** As Docker's driver sends them; see surroundings.ts. */
export function dockerFields(fields: Fields): ContainerFields {
  const container: string[] = [];
  const containerLabels: string[] = [];
  const labels: string[] = [];
  const rest: [string, Value][] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (PARTIAL.has(key)) continue;
    if (typeof value !== 'string') rest.push([key, value]);
    else if (CONTAINER.has(key)) container.push(containerField(key, value));
    else if (key !== 'source' || streamOf(value) === '')
      (key.includes('.') ? containerLabels : labels).push(`${labelName(key)}:${quote(value)}`);
  }
  if (containerLabels.length > 0) container.push(`"labels":{${containerLabels.join(',')}}`);
  const name = fields['container_name'];
  return {
    container: `},"container":{${container.join(',')}`,
    name: typeof name === 'string' ? withoutSlash(name) : '',
    stream: streamOf(fields['source']),
    labels: labels.join(','),
    rest,
  };
}

function containerField(key: string, value: string): string {
  if (key === 'container_image') return `"image":{"name":${quote(value)}}`;
  return key === 'container_id' ? `"id":${quote(value)}` : `"name":${quote(withoutSlash(value))}`;
}

function streamOf(source: Value | undefined): string {
  return source === 'stdout' || source === 'stderr' ? `,"stream":"${source}"` : '';
}

/** Elasticsearch refuses NUL in the keys of flattened fields, and empty ones are of no use. */
function labelName(key: string): string {
  return key === '' ? '"_"' : quote(key.replaceAll('\u0000', '_'));
}

function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}
