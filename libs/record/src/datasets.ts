/**
 * Dataset of a record by its forward tag: `logweir.<name>`, where the name is the tag, or a part of it between dots, with what
 * Elasticsearch allows in the name of a dataset: `a-z`, `0-9`, `_` and `.`; anything else becomes `_`. A tag without
 * that part has no dataset of its own.
 */
export interface DatasetsOptions {
  /** Which part of the tag; undefined: all of it. */
  readonly part: number | undefined;
  /** Names at most: each is a data stream, thus a shard at least. */
  readonly limit: number;
  /** Names of before. They count even beyond the limit, as their streams are there. */
  readonly known: readonly string[];
  /** A name was seen for the first time; all of them. */
  readonly added: (names: readonly string[]) => void;
}

const PREFIX = 'logweir.';
/** 100 with the prefix. */
const MAX_NAME = 92;
/** Tags looked up lately: more are a sender's that names each of its lines otherwise. */
const MAX_TAGS = 1_000;

export class Datasets {
  readonly #names: Set<string>;
  #byTag = new Map<string, string | undefined>();

  constructor(private readonly options: DatasetsOptions) {
    this.#names = new Set(options.known);
  }

  /** Empty when the tag has none; undefined when it would be one too many. */
  of(tag: string): string | undefined {
    if (this.#byTag.has(tag)) return this.#byTag.get(tag);
    if (this.#byTag.size >= MAX_TAGS) this.#byTag = new Map();
    const dataset = this.#decide(tag);
    this.#byTag.set(tag, dataset);
    return dataset;
  }

  #decide(tag: string): string | undefined {
    const { part, limit, added } = this.options;
    const name = cleanName((part === undefined ? tag : tag.split('.')[part]) ?? '');
    if (name === '') return '';
    if (!this.#names.has(name)) {
      if (this.#names.size >= limit) return undefined;
      this.#names.add(name);
      added([...this.#names]);
    }
    return PREFIX + name;
  }
}

function cleanName(text: string): string {
  return text
    .slice(0, MAX_NAME)
    .toLowerCase()
    .replace(/[^a-z0-9_.]/gu, '_')
    .slice(0, MAX_NAME);
}
