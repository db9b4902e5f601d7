import type { Arrival, Event, Fields, Value } from './event.js';
import { quote } from './quote.js';
import { makeMiddle, type Surroundings } from './render.js';

/**
 * Docker's fields (`daemon/logger/fluentd/fluentd.go`): `container_id`, `container_name` with a slash before it,
 * `source` (stdout, stderr), the extras of `--log-opt labels` and `env` flat beside them, and `partial_*` for lines over
 * 16 KiB. Docker repeats them with every line, so they are rendered once per object.
 *
 * Extras with a dot in their name (`com.acme.team`) are labels of the container, others (`APP_ENV`, `team`) `labels`.
 */
export interface Context extends Surroundings {
  readonly tag: string;
  readonly source: Arrival['source'];
  /** Fields that are not the container's, for the field table. */
  readonly rest: readonly (readonly [string, Value])[];
  /** No room was left for a dataset of its own. */
  readonly overLimit: boolean;
}

type DatasetOf = (tag: string) => string | undefined;

const PARTIAL = new Set(['partial_message', 'partial_id', 'partial_ordinal', 'partial_last']);
const COMPOSE_SERVICE = 'com.docker.compose.service';
const CONTAINER = new Set(['container_id', 'container_name', 'container_image']);

export class SurroundingsCache {
  readonly #node: string;
  readonly #host: string;
  readonly #known = new WeakMap<Fields, Context>();
  #lastFields: Fields | undefined;
  #last: Context | undefined;

  constructor(
    node: string,
    host: string,
    private readonly datasetOf: DatasetOf = () => '',
  ) {
    this.#node = quote(node);
    this.#host = host === '' ? '' : `},"host":{"name":${quote(host)}`;
  }

  of(event: Event, source: Arrival['source']): Context {
    const last = this.#last;
    if (last !== undefined && this.#lastFields === event.fields && last.tag === event.tag && last.source === source) return last;
    const known = this.#known.get(event.fields);
    const context =
      known !== undefined && known.tag === event.tag && known.source === source ? known : this.#make(event, source, this.datasetOf);
    this.#lastFields = event.fields;
    this.#last = context;
    return context;
  }

  /** Of an event whose dataset was decided before; its fields do not come again. */
  decided(event: Event, source: Arrival['source'], dataset: string): Context {
    return this.#make(event, source, () => dataset);
  }

  #make(event: Event, source: Arrival['source'], datasetOf: DatasetOf): Context {
    const { tag, fields } = event;
    const dataset = datasetOf(tag);
    const isDocker = typeof fields['container_id'] === 'string';
    const docker = isDocker ? dockerFields(fields) : { container: '', stream: '', labels: '', rest: Object.entries(fields) };
    const service = serviceOf(isDocker ? fields : {}, tag);
    const context: Context = {
      tag,
      source,
      service,
      rest: docker.rest,
      labels: docker.labels,
      hasStream: docker.stream !== '',
      middle: makeMiddle(`{"source":"${source}",${tag === '' ? '' : `"tag":${quote(tag)},`}"node":${this.#node}`),
      end: [service + this.#host, this.#host, service, ''].map(
        (own) => `${own}${docker.container}}${docker.stream}${datasetTail(dataset)}}`,
      ),
      overLimit: dataset === undefined,
    };
    // Fields that do not come again would only fill the table, and every garbage collection walks it.
    if (Object.isFrozen(fields)) this.#known.set(fields, context);
    return context;
  }
}

/** At the end of the record. */
function datasetTail(dataset = ''): string {
  return dataset === '' ? '' : `,"data_stream":{"dataset":"${dataset}"}`;
}

function serviceOf(fields: Fields, tag: string): string {
  const compose = fields[COMPOSE_SERVICE];
  const name = fields['container_name'];
  const service =
    typeof compose === 'string' && compose !== '' ? compose : typeof name === 'string' && name !== '' ? withoutSlash(name) : tag;
  return service === '' ? '' : `},"service":{"name":${quote(service)}`;
}

function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}

interface DockerFields extends Pick<Context, 'labels' | 'rest'> {
  /** The group without its end. */
  readonly container: string;
  readonly stream: string;
}

function dockerFields(fields: Fields): DockerFields {
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
  return { container: `},"container":{${container.join(',')}`, stream: streamOf(fields['source']), labels: labels.join(','), rest };
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
