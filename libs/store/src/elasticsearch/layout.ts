/**
 * Where records lie in the cluster. A record's place is a pure function of its bytes, so that every repeat, also one after a
 * restart, goes where the first try went.
 */
export interface Layout {
  /** Index expression over everything that Logweir wrote in this namespace. */
  readonly all: string;
  /** The stream of every record; undefined when each has to be looked at. */
  readonly only: string | undefined;
  /** True for data streams, which roll over; false for plain indices, whose `_id`s are unique for good. */
  readonly rolls: boolean;
  /** True when others may have indices that `all` matches as well. */
  readonly mixed: boolean;
  /** Stream or index of the record whose source is `bulk[from, to)`, its newline included; undefined when there is none for it. */
  placeOf(bulk: Buffer, from: number, to: number): string | undefined;
  /** Why there is none. */
  refusalOf(source: Buffer): Refusal;
  /** One name for each kind of target, to see what a new index would look like. */
  samples(nowMs: number): readonly string[];
}

/** `expired`: its day is past retention, and its index was dropped. */
export type Refusal = 'expired' | { readonly type: string; readonly reason: string };

/** First part of every dataset, so that rights, templates and data views on `logs-logweir*` hold for all of them. */
export const DATASET_PREFIX = 'logweir.';

/** Kibana and the built-in templates expect `<type>-<dataset>-<namespace>`. */
export function streamName(namespace: string, dataset = 'logweir'): string {
  return `logs-${dataset}-${namespace}`;
}

/** As libs/record writes it; inside a text of a sender its quotes would be escaped. */
const BEFORE_DATASET = Buffer.from(',"data_stream":{"dataset":"');
const QUOTE = 0x22;
/** Elasticsearch allows 100 characters. */
const DATASET = /^logweir\.[a-z0-9_.]{1,92}$/;

/** One data stream, `logs-logweir-<namespace>`, and beside it one for each dataset, `logs-logweir.<name>-<namespace>`. */
export class StreamLayout implements Layout {
  readonly all: string;
  readonly only: string | undefined;
  readonly rolls = true;
  readonly mixed = false;
  readonly #home: string;
  readonly #datasets: string;

  constructor(
    private readonly namespace: string,
    /** Records of datasets are expected; else they only come out of a journal of before, and are found when a first try is refused. */
    datasets: boolean,
  ) {
    this.#home = streamName(namespace);
    this.#datasets = streamName(namespace, `${DATASET_PREFIX}*`);
    this.all = `${this.#home},${this.#datasets}`;
    this.only = datasets ? undefined : this.#home;
  }

  placeOf(bulk: Buffer, from: number, to: number): string {
    const dataset = readDataset(bulk, from, to);
    return dataset !== undefined && DATASET.test(dataset) ? streamName(this.namespace, dataset) : this.#home;
  }

  refusalOf(): Refusal {
    return { type: 'no_place', reason: 'the record belongs to no data stream' };
  }

  samples(): readonly string[] {
    return [this.#home, streamName(this.namespace, `${DATASET_PREFIX}x`)];
  }
}

/** `data_stream.dataset` of a record. */
function readDataset(bulk: Buffer, from: number, to: number): string | undefined {
  const record = bulk.subarray(from, to);
  const at = record.indexOf(BEFORE_DATASET);
  if (at === -1) return undefined;
  const start = at + BEFORE_DATASET.length;
  return record.toString('latin1', start, record.indexOf(QUOTE, start));
}
