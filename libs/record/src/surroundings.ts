import type { Arrival, Event, Fields, Value } from './event.js';
import { quote } from './quote.js';
import { containerOf, dockerFields } from './container-fields.js';
import { makeMiddle, type Surroundings } from './render.js';

/**
 * Docker's fields (`daemon/logger/fluentd/fluentd.go`): `container_id`, `container_name` with a slash before it,
 * `source` (stdout, stderr), the extras of `--log-opt labels` and `env` flat beside them, and `partial_*` for lines over
 * 16 KiB. Docker repeats them with every line, so they are rendered once per object.
 *
 * Extras with a dot in their name (`com.acme.team`) are labels of the container, others (`APP_ENV`, `team`) `labels`.
 * Where there is no line of text it was not Docker: then its names and those of ECS say which container, and all else has its meaning.
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

const COMPOSE_SERVICE = 'com.docker.compose.service';

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
    const isDocker = event.text !== undefined && typeof fields['container_id'] === 'string';
    const docker = isDocker ? dockerFields(fields) : containerOf(fields, event.text === undefined);
    const service = serviceOf(isDocker ? fields : {}, docker.name || tag);
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

function serviceOf(fields: Fields, otherwise: string): string {
  const compose = fields[COMPOSE_SERVICE];
  const service = typeof compose === 'string' && compose !== '' ? compose : otherwise;
  return service === '' ? '' : `},"service":{"name":${quote(service)}`;
}
