import { quote, wellFormed } from './quote.js';
import { targetOf, type Target } from './targets.js';

/**
 * What is known of keys. Programs write the same keys in the same order line after line, so every key remembers which
 * ones followed it: a line of a known shape costs one comparison a key and no hashing.
 */

/** Longest key with its parents; Elasticsearch refuses terms over 32 766 bytes, and people cannot read such names anyway. */
const MAX_PATH = 256;

/** Nodes kept before all is forgotten; random keys (ids as keys) would otherwise fill the memory. */
const MAX_NODES = 8192;

/** One name of a field under `attributes` or `labels`, wherever in a line it came from. */
export interface Entry {
  /** Dotted and safe for Elasticsearch: no empty part, no control character. */
  readonly path: string;
  readonly target: Target;
  /** How it stands as the first attribute, which begins their group, and behind others: `,"path":`. */
  readonly first: string;
  readonly next: string;
  /** `"team":` of `labels.team`; '' for all but labels. */
  readonly label: string;
  /** Number of the last record that has it, so that no key stands twice in one. */
  stamp: number;
}

/** A key where it stands: the same entry can be reached as `a.b` and as `b` inside `a`. */
export interface KeyNode {
  /** `"key":` as it stands in a line. */
  readonly quoted: string;
  readonly entry: Entry;
  /** Keys that followed this one, the two latest. */
  next: KeyNode | undefined;
  other: KeyNode | undefined;
  /** Stands before the first key of the object under this key. */
  inside: KeyNode | undefined;
  readonly children: Map<string, KeyNode>;
}

export class KeyTable {
  #entries = new Map<string, Entry>();
  #nodes = 0;
  /** Stands before the first key of a line. */
  root = this.#makeRoot();

  /** The entry of a dotted path; unsafe parts are made safe. */
  entry(path: string): Entry {
    const known = this.#entries.get(path);
    if (known !== undefined) return known;
    const safe = safePath(path);
    const entry = this.#entries.get(safe) ?? makeEntry(safe);
    this.#entries.set(safe, entry);
    if (path.length <= MAX_PATH) this.#entries.set(path, entry);
    return entry;
  }

  /** The node of a key (as text) in an object. */
  child(parent: KeyNode, key: string): KeyNode {
    const known = parent.children.get(key);
    if (known !== undefined) return known;
    const prefix = parent.entry.path;
    const path = parent.quoted === '' ? safePath(key) : `${prefix}.${safePath(key)}`;
    const node = makeNode(`"${key}":`, this.entry(path));
    this.#nodes += 1;
    if (key.length <= MAX_PATH) parent.children.set(key, node);
    return node;
  }

  /** Forgets everything when too much is known; called between records. */
  prune(): void {
    if (this.#nodes <= MAX_NODES && this.#entries.size <= MAX_NODES) return;
    this.#entries = new Map();
    this.#nodes = 0;
    this.root = this.#makeRoot();
  }

  #makeRoot(): KeyNode {
    return makeNode('', makeEntry(''));
  }
}

function makeEntry(path: string): Entry {
  const target = targetOf(path);
  const name = quote(path);
  return {
    path,
    target,
    first: `},"attributes":{${name}:`,
    next: `,${name}:`,
    label: target.kind === 'label' ? `${quote(path.slice('labels.'.length))}:` : '',
    stamp: 0,
  };
}

function makeNode(quoted: string, entry: Entry): KeyNode {
  return { quoted, entry, next: undefined, other: undefined, inside: undefined, children: new Map() };
}

const UNSAFE = /^\.|\.$|\.\.|[\u0000-\u001f\u007f]|^\s*$/;

/** `a..b` and control characters are refused by Elasticsearch in names: empty parts become `_`, and names are cut. */
function safePath(path: string): string {
  const short = wellFormed(path.length > MAX_PATH ? path.slice(0, MAX_PATH) : path);
  if (!UNSAFE.test(short)) return short;
  return short
    .replace(/[\u0000-\u001f\u007f]/g, '_')
    .split('.')
    .map((part) => (part.trim() === '' ? '_' : part))
    .join('.');
}
