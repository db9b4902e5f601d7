/** Reads a YAML text so that every value knows its line: problems must say where. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

export interface Problem {
  readonly file: string;
  readonly line: number;
  /** `route.routes[1].groupWait`. */
  readonly field: string;
  readonly message: string;
  /** What may stand there. */
  readonly allowed?: string;
}

/** A file is written by hand: more is a mistake. */
export const MAX_FILE_BYTES = 1_048_576;
/** A misprint at the top must not answer with a thousand lines. */
const MAX_PROBLEMS = 100;

/** Collects what is wrong while the rest is read on. */
export class YamlReader {
  readonly problems: Problem[] = [];
  readonly #lines = new LineCounter();
  readonly #file: string;
  readonly #document: Document;

  constructor(text: string, file: string) {
    this.#file = file;
    const small = Buffer.byteLength(text) <= MAX_FILE_BYTES;
    this.#document = parseDocument(small ? text : '', { lineCounter: this.#lines, uniqueKeys: true });
    if (!small) this.report(undefined, '', `the file has more than ${MAX_FILE_BYTES} bytes`);
    for (const { message, pos } of this.#document.errors) {
      this.problems.push({ file, line: this.#lines.linePos(pos[0]).line, field: '', message: message.split('\n', 1)[0] ?? message });
    }
  }

  root(): Field {
    return new Field(this, '', this.#document.contents ?? undefined);
  }

  /** Aliases are followed, once each: the library bounds them no further than the file does. */
  resolve(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  report(node: Node | undefined, field: string, message: string, allowed?: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const line = node?.range == null ? 1 : this.#lines.linePos(node.range[0]).line;
    this.problems.push({ file: this.#file, line, field, message, ...(allowed === undefined ? {} : { allowed }) });
  }

  plain(node: Node): unknown {
    return node.toJS(this.#document, { maxAliasCount: 100 });
  }
}

/** A value with its place. Each `as…` reports what does not fit and answers undefined. */
export class Field {
  readonly #reader: YamlReader;
  readonly path: string;
  readonly #node: Node | undefined;

  constructor(reader: YamlReader, path: string, node: Node | undefined) {
    this.#reader = reader;
    this.path = path;
    this.#node = reader.resolve(node);
  }

  get present(): boolean {
    return this.#node !== undefined && !(isScalar(this.#node) && this.#node.value === null);
  }

  get plain(): unknown {
    return this.#node === undefined ? undefined : this.#reader.plain(this.#node);
  }

  refuse(message: string, allowed?: string): undefined {
    this.#reader.report(this.#node, this.path, message, allowed);
    return undefined;
  }

  /** Names are taken as Alertmanager writes them too: `group_by` is `groupBy`. Unknown ones are reported. */
  asMap(allowed?: readonly string[]): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    if (!this.present) return fields;
    if (!isMap(this.#node)) {
      this.refuse('must be a map of names and values', allowed?.join(', '));
      return fields;
    }
    for (const { key, value } of this.#node.items) {
      const written = isScalar(key) ? String(key.value) : '';
      const name = allowed === undefined ? written : camel(written);
      const at = new Field(this.#reader, this.path === '' ? written : `${this.path}.${written}`, (value ?? key) as Node);
      if (allowed !== undefined && !allowed.includes(name)) at.refuse(`"${written}" is not known here`, allowed.join(', '));
      else fields.set(name, at);
    }
    return fields;
  }

  asList(): readonly Field[] {
    if (!this.present) return [];
    if (!isSeq(this.#node)) {
      this.refuse('must be a list');
      return [];
    }
    return this.#node.items.map((item, index) => new Field(this.#reader, `${this.path}[${index}]`, item as Node));
  }

  asText(): string | undefined {
    if (isScalar(this.#node) && ['string', 'number'].includes(typeof this.#node.value)) return String(this.#node.value);
    return this.refuse('must be a text');
  }

  asBoolean(): boolean | undefined {
    if (isScalar(this.#node) && typeof this.#node.value === 'boolean') return this.#node.value;
    return this.refuse('must be true or false', 'true, false');
  }

  asTexts(): readonly string[] {
    return this.asList().flatMap((field) => field.asText() ?? []);
  }
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}

/** One line: `routes.yml:12 route.routes[0].groupWait: … (allowed: …)`. */
export function formatRoutingProblem({ file, line, field, message, allowed }: Problem): string {
  const place = field === '' ? '' : ` ${field}`;
  return `${file}:${line}${place}: ${message}${allowed === undefined ? '' : ` (allowed: ${allowed})`}`;
}
