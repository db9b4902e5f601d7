import { FIELDS } from '#libs/record';
import type { RedactFilter } from './filter.js';
import { rewriteJson, type Change, type Visitor } from './json-rewriter.js';
import { MAX_TEXTS_IN_TEXTS } from './limits.js';
import { type Hash, isMark, markOf, REDACTED_KEY, REMOVED } from './marks.js';
import { isSecretKey } from './secret-keys.js';
import { type Applies, appliesTo, type Report, type TextRedactor } from './text-redactor.js';

/** Numbers, times and hashes that this process has made: no sender's text is in them. And the dataset, which names the record's stream. */
const OURS = new Set([
  '@timestamp',
  'event.created',
  'event.sequence',
  'event.severity',
  'event.duration',
  'log.level',
  'log.pattern',
  'data_stream.dataset',
]);
/** Of a part of a join, which is an event and no record. */
const OF_PART = new Set(['created', 'seconds', 'nanos', 'source', 'dataset']);
/** Every record has one. */
const MESSAGE = 'message';

interface WholeField {
  readonly filter: RedactFilter;
  readonly applies: Applies;
}

/** What filters make of the values of a record, one after the other. */
export class RecordVisitor {
  readonly #whole: readonly WholeField[];
  readonly #secrets: readonly WholeField[];

  constructor(
    filters: readonly RedactFilter[],
    private readonly texts: TextRedactor,
    private readonly hash: Hash,
  ) {
    const withApplies = filters.map((filter) => ({ filter, applies: appliesTo(filter.fields) }));
    this.#whole = withApplies.filter(({ filter }) => filter.regex === undefined && filter.patterns.length === 0);
    this.#secrets = withApplies.filter(({ filter }) => filter.patterns.includes('token'));
  }

  ofRecord(report: Report): Visitor {
    /** Marks that do not fit their field's type, by its name. */
    const moved = new Map<string, string>();
    const value: Visitor['value'] = (text, kind, path, isSecret) => {
      if (OURS.has(path)) return undefined;
      const change = this.#value({ text, kind, path, isSecret, texts: 0 }, report);
      return change === undefined || change === 'remove' ? change : fit(path, change.text, moved);
    };
    return { ...this.#keys(report), value, more: (path, keys) => movedMembers(path, keys, moved) };
  }

  ofPart(report: Report, isPiece: boolean): Visitor {
    const value: Visitor['value'] = (text, kind, path, isSecret) => {
      if (OF_PART.has(path)) return undefined;
      if (path !== 'text') return this.#value({ text, kind, path, isSecret, texts: 0 }, report);
      const redacted = this.texts.redact(text, { path: MESSAGE, report, isPiece });
      return redacted === text ? undefined : { text: redacted };
    };
    return { ...this.#keys(report), value, more: () => '' };
  }

  #keys(report: Report): Pick<Visitor, 'key' | 'isSecretKey'> {
    return {
      isSecretKey,
      key: (key, path) => (path === 'message' || this.texts.redact(key, { path, report }) === key ? key : REDACTED_KEY),
    };
  }

  #value(value: Value, report: Report): Change {
    const { text, kind, path } = value;
    if (text === '' || isMark(text)) return undefined;
    const whole = this.#whole.find(({ applies }) => applies(path));
    if (whole !== undefined) {
      report(whole.filter.name, path);
      const isRemoved = whole.filter.action === 'remove' && path !== MESSAGE;
      return isRemoved ? 'remove' : { text: markOf(text, whole.filter.action, this.hash) };
    }
    const secret = value.isSecret ? this.#secrets.find(({ applies }) => applies(path)) : undefined;
    if (secret !== undefined) {
      report(secret.filter.name, path);
      return { text: markOf(text, secret.filter.action, this.hash) };
    }
    const redacted = (kind === 'text' ? this.#inside(value, report) : undefined) ?? this.texts.redact(text, { path, report });
    return redacted === text ? undefined : { text: redacted };
  }

  /** JSON text is read like the record it is in; undefined when it is none. */
  #inside({ text, path, isSecret, texts }: Value, report: Report): string | undefined {
    if (texts >= MAX_TEXTS_IN_TEXTS || !/^\s*["[{]/.test(text)) return undefined;
    const visitor: Visitor = {
      ...this.#keys(report),
      value: (inner, kind, at, isSecretToo) =>
        this.#value({ text: inner, kind, path: at, isSecret: isSecretToo, texts: texts + 1 }, report),
      more: () => '',
    };
    return rewriteJson(text, visitor, path, isSecret);
  }
}

interface Value {
  readonly text: string;
  readonly kind: 'text' | 'number';
  readonly path: string;
  readonly isSecret: boolean;
  /** JSON texts around it. */
  readonly texts: number;
}

/** A field that holds a number or an address takes no mark: it goes, and the mark becomes an attribute of its name. */
function fit(path: string, mark: string, moved: Map<string, string>): Change {
  const type = FIELDS[path];
  if (type !== 'long' && type !== 'ip') return { text: mark };
  if (mark !== REMOVED) moved.set(path, mark);
  return 'remove';
}

/** At the end of the attributes, or of the record when it has none. */
function movedMembers(path: string, keys: ReadonlySet<string>, moved: Map<string, string>): string {
  if (moved.size === 0 || (path !== '' && path !== 'attributes')) return '';
  const members = [...moved].filter(([name]) => !keys.has(name)).map(([name, mark]) => `${JSON.stringify(name)}:${JSON.stringify(mark)}`);
  moved.clear();
  if (members.length === 0) return '';
  return path === '' ? `"attributes":{${members.join(',')}}` : members.join(',');
}
