import { FLAT_OBJECTS, TEXT_COLUMNS } from './columns.js';
import { fieldHash, isAsked } from './row-tokens.js';

/** Names that stand in columns of their own beside the text columns. */
const OWN_COLUMNS: ReadonlySet<string> = new Set(['@timestamp', 'event.sequence', 'logweir.node']);
/** Field names repeat in every record, so what is known of each is kept; runaway names must not grow it without end. */
const MAX_KEPT_FIELDS = 10_000;
const NO_COLUMN = -1;

let kept = 0;

/** A field by its place in the record: found by the keys that JSON.parse interned, so that no dotted name is built per record. */
export class Field {
  /** The name as the start of a JSON member. */
  readonly memberText: string;
  /** Index among the text columns, or -1. */
  readonly column: number;
  readonly ownColumn: boolean;
  /** How its tokens begin; undefined when none is kept of it. */
  readonly hash: number | undefined;
  private readonly children = new Map<string, Field>();

  constructor(
    private readonly name: string,
    /** A member of a flat object: its value is kept as it is. */
    readonly isLeaf: boolean,
  ) {
    this.memberText = `${JSON.stringify(name)}:`;
    this.column = isLeaf ? NO_COLUMN : TEXT_COLUMNS.findIndex(([, field]) => field === name);
    this.hash = isAsked(name) ? fieldHash(name) : undefined;
    this.ownColumn = OWN_COLUMNS.has(name);
  }

  child(key: string): Field {
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const field = new Field(this.name === '' ? key : `${this.name}.${key}`, FLAT_OBJECTS.has(this.name));
    if (kept < MAX_KEPT_FIELDS) {
      this.children.set(key, field);
      kept += 1;
    }
    return field;
  }
}

/** The record itself. */
export const ROOT = new Field('', false);
