import { fieldOf, SHORT_NAMES } from '#libs/query';
import type { OrderKey, Question, SearchResult, StoredRecord } from './question.js';

export interface FieldsRequest extends Question {
  readonly limit: number;
  /** Only fields whose name, short name or name without `attributes.` begins with it, whatever its case. */
  readonly prefix?: string;
}

export type ValueType = 'text' | 'keyword' | 'number' | 'boolean' | 'date' | 'ip';

export interface FieldInfo {
  /** ECS name, as a query takes it. */
  readonly name: string;
  readonly type: ValueType;
  /** Records of the sample that have it. */
  readonly records: number;
  /** Different values in the sample; absent for text, and when there are more than `MAX_DISTINCT`. */
  readonly distinct?: number;
  /** Its newest value, at most `MAX_EXAMPLE` characters. */
  readonly example: string;
}

export interface FieldsResult {
  /** Most frequent first, those of equal counts by name. */
  readonly fields: readonly FieldInfo[];
  /** Newest records that were looked at: all that match, or `SAMPLED_RECORDS`. */
  readonly sampled: number;
  readonly total: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

/** Enough that a field of one record in a thousand shows up, few enough to read in a blink. */
const SAMPLED_RECORDS = 10_000;
/** Read at once, so that other work comes between. */
const PAGE = 1_000;
const MAX_DISTINCT = 1_000;
const MAX_EXAMPLE = 200;
/** Names told apart in one sample; keys that run away are no fields to pick from. */
const MAX_NAMES = 5_000;

export type SamplePage = (page: { readonly limit: number; readonly order: 'desc'; readonly after?: OrderKey }) => Promise<SearchResult>;

/** `read` gives records newest first, `count` how many match; it is asked only when the sample is not all of them. */
export async function sampleFields(
  { limit, prefix = '' }: Pick<FieldsRequest, 'limit' | 'prefix'>,
  read: SamplePage,
  count: () => Promise<number>,
): Promise<FieldsResult> {
  const fields = new FieldCounts();
  let sampled = 0;
  let page: SearchResult | undefined;
  let more = true;
  while (page === undefined || (more && sampled < SAMPLED_RECORDS)) {
    const after = page?.hits.at(-1)?.key;
    page = await read({ limit: PAGE, order: 'desc', ...(after && { after }) });
    for (const { record } of page.hits) fields.add(record);
    sampled += page.hits.length;
    more = !page.partial && (page.hits.length === PAGE || page.cut === true);
  }
  const total = more ? await count() : sampled;
  const { partial, warnings } = page;
  return { fields: fields.list(prefix).slice(0, limit), sampled, total, partial, warnings };
}

/** Objects whose members are one flat level with dotted keys. */
const FLAT: ReadonlySet<string> = new Set(['attributes', 'labels', 'container.labels']);

class FieldCounts {
  private readonly fields = new Map<string, FieldCount>();

  add(object: StoredRecord, name = '', isFlat = false): void {
    for (const [key, value] of Object.entries(object)) {
      const full = name === '' ? key : `${name}.${key}`;
      if (!isFlat && isObject(value)) this.add(value, full, FLAT.has(full));
      else this.of(full)?.add([value].flat());
    }
  }

  list(prefix: string): FieldInfo[] {
    const found = [...this.fields].filter(([name, { records }]) => records > 0 && isCalled(name, prefix));
    return found.map(([name, count]) => count.take(name)).sort((a, b) => b.records - a.records || (a.name < b.name ? -1 : 1));
  }

  /** undefined for what no query can ask for. */
  private of(name: string): FieldCount | undefined {
    const known = this.fields.get(name);
    if (known !== undefined) return known;
    const field = fieldOf(name);
    if (field.name !== name || this.fields.size >= MAX_NAMES) return undefined;
    const count = new FieldCount(TYPES[field.type]);
    this.fields.set(name, count);
    return count;
  }
}

class FieldCount {
  records = 0;
  private example = '';
  private readonly distinct = new Set<string>();
  private readonly types = new Set<string>();

  constructor(private readonly type: ValueType | undefined) {}

  add(elements: readonly unknown[]): void {
    const values = elements.filter((element) => element !== null);
    if (values.length === 0) return;
    const texts = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    if (this.records === 0) this.example = (texts[0] ?? '').slice(0, MAX_EXAMPLE);
    this.records += 1;
    for (const value of values) this.types.add(typeof value);
    if (this.type === 'text') return;
    for (const text of texts) if (this.distinct.size <= MAX_DISTINCT) this.distinct.add(text);
  }

  take(name: string): FieldInfo {
    const type = this.type ?? this.seenType();
    const isCounted = type !== 'text' && this.distinct.size <= MAX_DISTINCT;
    return { name, type, records: this.records, ...(isCounted && { distinct: this.distinct.size }), example: this.example };
  }

  private seenType(): ValueType {
    if (this.types.size > 1) return 'keyword';
    if (this.types.has('number')) return 'number';
    return this.types.has('boolean') ? 'boolean' : 'keyword';
  }
}

/** Of known fields; what an attribute is its values say. */
const TYPES: Readonly<Record<ReturnType<typeof fieldOf>['type'], ValueType | undefined>> = {
  keyword: 'keyword',
  flattened: 'keyword',
  text: 'text',
  long: 'number',
  ip: 'ip',
  date: 'date',
  dynamic: undefined,
};

function isCalled(name: string, prefix: string): boolean {
  const wanted = prefix.toLowerCase();
  const shortNames = Object.keys(SHORT_NAMES).filter((short) => SHORT_NAMES[short] === name);
  return [name, name.replace(/^attributes\./, ''), ...shortNames].some((called) => called.toLowerCase().startsWith(wanted));
}

const isObject = (value: unknown): value is StoredRecord => typeof value === 'object' && value !== null && !Array.isArray(value);
