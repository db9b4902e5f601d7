import { wordsOf } from '#libs/query';
import { FLAT_OBJECTS, MESSAGE_INDEX, TEXT_COLUMNS } from './columns.js';
import { parseInstant } from './timestamp.js';

/** One record as the columns of its day file. */
export interface Row {
  readonly ms: number;
  readonly ns: bigint;
  readonly sequence: number;
  readonly node: string;
  /** In the order of `TEXT_COLUMNS`. */
  readonly texts: (string | null)[];
  readonly words: string | null;
  readonly rest: string;
}

/** What keeps one record out of the store. `type` is a metric label. */
export class RowError extends Error {
  constructor(
    readonly type: 'source_not_json' | 'timestamp_invalid' | 'sequence_invalid',
    message: string,
  ) {
    super(message);
  }
}

type Json = Readonly<Record<string, unknown>>;

/** The ECS names with a column, as the tree that a record is; a leaf is the column's index. */
interface Shape {
  readonly leaves: Map<string, number>;
  readonly branches: Map<string, Shape>;
}

const newShape = (): Shape => ({ leaves: new Map(), branches: new Map() });
const ROOT = newShape();
for (const [index, [, name]] of TEXT_COLUMNS.entries()) {
  const path = name.split('.');
  const leaf = path.pop() as string;
  let shape = ROOT;
  for (const key of path) {
    if (!shape.branches.has(key)) shape.branches.set(key, newShape());
    shape = shape.branches.get(key) as Shape;
  }
  shape.leaves.set(leaf, index);
}

/** Field names repeat in every record, so their JSON text is kept; runaway names must not grow it without end. */
const MAX_KEPT_NAMES = 10_000;
const keptNames = new Map<string, string>();

function nameText(name: string): string {
  const kept = keptNames.get(name);
  if (kept !== undefined) return kept;
  const text = `${JSON.stringify(name)}:`;
  if (keptNames.size < MAX_KEPT_NAMES) keptNames.set(name, text);
  return text;
}

/** Names that stand in columns of their own beside the text columns. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['@timestamp', 'event.sequence', 'logweir.node']);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

class Flattening {
  readonly texts: (string | null)[] = new Array<string | null>(TEXT_COLUMNS.length).fill(null);
  rest = '';

  walk(object: Json, prefix: string, shape: Shape | undefined): void {
    for (const key in object) {
      const value = object[key];
      const column = shape?.leaves.get(key);
      if (column !== undefined && typeof value === 'string') this.texts[column] = value;
      else this.put(prefix + key, value, shape?.branches.get(key));
    }
  }

  private put(name: string, value: unknown, shape: Shape | undefined): void {
    if (OWN_COLUMNS.has(name)) return;
    if (!isObject(value)) this.member(name, value);
    else if (FLAT_OBJECTS.has(name)) for (const key in value) this.member(`${name}.${key}`, value[key]);
    else this.walk(value, `${name}.`, shape);
  }

  private member(name: string, value: unknown): void {
    this.rest += `${this.rest === '' ? '{' : ','}${nameText(name)}${JSON.stringify(value)}`;
  }
}

function parseSource(line: string): Json {
  let source: unknown;
  try {
    source = JSON.parse(line);
  } catch (error) {
    throw new RowError('source_not_json', `the record is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(source)) throw new RowError('source_not_json', 'the record is not a JSON object');
  return source;
}

/** Throws `RowError` for a record that has no place in the order. */
export function parseRow(line: string): Row {
  const source = parseSource(line);
  const timestamp = source['@timestamp'];
  const instant = typeof timestamp === 'string' ? parseInstant(timestamp) : undefined;
  if (instant === undefined) {
    throw new RowError(
      'timestamp_invalid',
      `@timestamp is ${JSON.stringify(timestamp)?.slice(0, 50)}, not a UTC time between 1970 and 2262`,
    );
  }
  const sequence = (source['event'] as Json | undefined)?.['sequence'];
  if (!Number.isSafeInteger(sequence)) {
    throw new RowError('sequence_invalid', `event.sequence is ${JSON.stringify(sequence)?.slice(0, 50)}, not an integer`);
  }
  const node = (source['logweir'] as Json | undefined)?.['node'];
  const flat = new Flattening();
  flat.walk(source, '', ROOT);
  const message = flat.texts[MESSAGE_INDEX];
  return {
    ...instant,
    sequence: sequence as number,
    node: typeof node === 'string' ? node : '',
    texts: flat.texts,
    words: message === null || message === undefined ? null : wordsOf(message),
    rest: flat.rest === '' ? '{}' : `${flat.rest}}`,
  };
}
