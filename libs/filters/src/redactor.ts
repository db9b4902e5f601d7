/**
 * Redaction of whole records, on their text as it goes into the journal. A record that holds nothing suspicious costs one look
 * at its line; any other is read value by value, keys and JSON text inside of values too.
 */
import { Patterns } from '#libs/patterns';
import { type Event, FIELDS, jsonOf, RECORD_HEAD, stripAnsi } from '#libs/record';
import type { RedactFilter } from './filter.js';
import { rewriteJson } from './json-rewriter.js';
import type { Hash } from './marks.js';
import { RecordVisitor } from './record-visitor.js';
import { maySuspect } from './screen.js';
import { type Report, TextRedactor } from './text-redactor.js';

const HEAD = `${RECORD_HEAD}0`;

export class Redactor {
  readonly #visitor: RecordVisitor;
  readonly #patterns = new Patterns();
  readonly #hasPatterns: boolean;
  /** Pieces one of which every record that a filter of one's own changes must hold; undefined: any record may. */
  readonly #pieces: readonly string[] | undefined;
  readonly #suspiciousFields = new WeakMap<object, boolean>();
  #lastFields: object | undefined;
  #lastTag = '';
  #lastIsSuspicious = false;

  constructor(filters: readonly RedactFilter[], hash: Hash) {
    this.#visitor = new RecordVisitor(filters, new TextRedactor(filters, hash), hash);
    this.#hasPatterns = filters.some(({ patterns }) => patterns.length > 0);
    this.#pieces = piecesOf(filters);
  }

  /** The record's text behind its sequence, of this event; without one (a joined record) all of the text is looked at. */
  redact(tail: string, event: Event | undefined, report: Report): string {
    return this.#mayChange(tail, event) ? this.#rewrite(HEAD + tail, report).slice(HEAD.length) : tail;
  }

  redactRecord(record: string, report: Report): string {
    return this.#mayChange(record, undefined) ? this.#rewrite(record, report) : record;
  }

  /**
   * What the journal keeps of a part of a join. A piece of a longer line (`isPiece`) keeps what touches its ends: only the
   * joined record tells whether it is a half of something.
   */
  redactPart(body: string, isPiece: boolean, report: Report): string {
    if (!this.#mayChange(body, undefined)) return body;
    return rewriteJson(body, this.#visitor.ofPart(report, isPiece)) ?? body;
  }

  #mayChange(tail: string, event: Event | undefined): boolean {
    const pieces = this.#pieces;
    if (pieces === undefined || pieces.some((piece) => tail.includes(piece))) return true;
    if (pieces.length > 0 && tail.includes('\\u00')) return true;
    if (!this.#hasPatterns) return false;
    return event === undefined || this.#isSuspicious(event) === undefined
      ? maySuspect(tail)
      : this.#lastIsSuspicious || maySuspect(event.text ?? '');
  }

  /** Of its fields and tag; undefined when they do not come again and the record's text is the cheaper thing to look at. */
  #isSuspicious({ fields, tag, text }: Event): boolean | undefined {
    if (text === undefined) return undefined;
    if (fields === this.#lastFields && tag === this.#lastTag) return this.#lastIsSuspicious;
    if (!Object.isFrozen(fields)) return undefined;
    let is = this.#suspiciousFields.get(fields);
    if (is === undefined) this.#suspiciousFields.set(fields, (is = maySuspect(jsonOf(fields))));
    this.#lastFields = fields;
    this.#lastTag = tag;
    this.#lastIsSuspicious = is || maySuspect(tag);
    return this.#lastIsSuspicious;
  }

  #rewrite(record: string, report: Report): string {
    let isMessageChanged = false;
    const visitor = this.#visitor.ofRecord((filter, path) => {
      isMessageChanged ||= path === 'message';
      report(filter, path);
    });
    const redacted = rewriteJson(record, visitor);
    if (redacted === undefined) return record;
    return this.#withItsPattern(isMessageChanged ? withoutOddOriginal(redacted) : redacted);
  }

  /** The pattern of the message as it is kept: an id of the one before would be a hash of what was taken out. */
  #withItsPattern(record: string): string {
    const { message, log } = JSON.parse(record) as { message?: unknown; log?: { pattern?: unknown } };
    if (typeof message !== 'string' || typeof log?.pattern !== 'string') return record;
    const at = record.indexOf(`"pattern":${JSON.stringify(log.pattern)}`, record.indexOf('},"log":{'));
    const begin = at + '"pattern":"'.length;
    return at < 0 ? record : record.slice(0, begin) + this.#patterns.idOf(message) + record.slice(begin + log.pattern.length);
  }
}

/** Colours inside of a secret hide it in the coloured original, which then goes. */
function withoutOddOriginal(record: string): string {
  const { event, message } = JSON.parse(record) as { event: { original?: string }; message: string };
  if (event.original === undefined || stripAnsi(event.original) === message) return record;
  const without = rewriteJson(record, {
    value: (_value, _kind, path) => (path === 'event.original' ? 'remove' : undefined),
    key: (key) => key,
    isSecretKey: () => false,
    more: () => '',
  });
  return without ?? record;
}

function piecesOf(filters: readonly RedactFilter[]): readonly string[] | undefined {
  const pieces: string[] = [];
  for (const { regex, fields, patterns } of filters) {
    if (regex !== undefined) pieces.push(regex.literal);
    else if (patterns.length === 0) pieces.push(...fields.map(pieceOfField));
  }
  return pieces.includes('') ? undefined : pieces;
}

/** How a field shows in a record's text; '' when it is in all of them. */
function pieceOfField(field: string): string {
  const fixed = field.endsWith('*') ? undefined : FIELDS[field];
  if (field === 'message') return '';
  if (fixed !== undefined) return `"${field.split('.').at(-1)}":`;
  const object = ['attributes.', 'labels.', 'container.labels.'].find((name) => field.startsWith(name)) ?? '';
  // In JSON text inside of an attribute only the last part of its name is sure to be there, and its quotes are escaped.
  return object === '' || field.endsWith('*') ? '' : (field.slice(object.length).split('.').at(-1) ?? '');
}
