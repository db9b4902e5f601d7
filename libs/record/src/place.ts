import { isIP } from 'node:net';
import type { Draft } from './draft.js';
import { durationOf, scaleDuration } from './durations.js';
import type { Entry } from './keys.js';
import { levelOfNumber, levelOfRaw, NO_LEVEL } from './levels.js';
import { cut, hasAnsi, quote, stripAnsi, unquote, wellFormed } from './quote.js';
import { SLOT } from './slots.js';
import type { TimeReader } from './time-reader.js';

/** What a JSON value is; the scanner tells plain strings from those with escapes, as only the latter need decoding. */
export const KIND = { string: 0, escaped: 1, number: 2, boolean: 3, null: 4, array: 5 } as const;

/** An empty name says nothing, and would hide the one that is known. */
const EMPTY = '""';

/** Longer integers are not exact as a double. */
const MAX_DIGITS = 15;

/** Times inside a line count only in this window, in seconds since the epoch. */
export interface Window {
  readonly low: number;
  readonly high: number;
}

export interface PlaceOptions {
  readonly times: TimeReader;
  readonly maxMessage: number;
  readonly count: (reason: string) => void;
}

/** Puts fields into the places of a draft by their names; what does not fit its place becomes an attribute. */
export class Placer {
  window: Window = { low: 0, high: 0 };
  /** The outer time, which a zone-less one is held against, in seconds. */
  outer = 0;
  readonly #draft: Draft;
  readonly #times: TimeReader;
  readonly #max: number;
  readonly #count: (reason: string) => void;

  constructor(draft: Draft, options: PlaceOptions) {
    this.#draft = draft;
    this.#times = options.times;
    this.#max = options.maxMessage;
    this.#count = options.count;
  }

  /** `raw` is valid JSON of the kind, without line ends. */
  place(entry: Entry, kind: number, raw: string): void {
    if (kind === KIND.null) return;
    if (raw.length > this.#max) return this.#placeLong(entry, kind, raw);
    if (!this.#fits(entry, kind, raw)) this.#draft.attribute(entry, raw);
  }

  /** Text as the message: without colours, which stay in `event.original`; at most `maxMessage` characters. */
  message(text: string): boolean {
    const draft = this.#draft;
    if (draft.has(SLOT.message)) return false;
    const plain = hasAnsi(text) ? stripAnsi(text) : text;
    if (plain !== text) draft.put(SLOT.original, quote(this.cut(text)));
    return this.#put(wellFormed(this.cut(plain)));
  }

  #put(text: string): boolean {
    this.#draft.text = text;
    return this.#draft.put(SLOT.message, quote(text));
  }

  cut(text: string): string {
    if (text.length <= this.#max) return text;
    this.#count('message_cut');
    return cut(text, this.#max);
  }

  #fits(entry: Entry, kind: number, raw: string): boolean {
    const { target } = entry;
    switch (target.kind) {
      case 'attribute':
        return false;
      case 'keyword':
        return raw !== EMPTY && this.#keyword(target.slot, kind, raw);
      case 'level':
        return this.#level(entry, kind, raw);
      case 'time':
        return this.#time(entry, kind, raw);
      case 'message':
        return kind === KIND.string ? this.#draft.put(SLOT.message, raw) : kind === KIND.escaped && this.message(unquote(raw));
      case 'integer':
        return this.#integer(target.slot, kind, raw);
      case 'duration':
        return this.#duration(entry, kind, raw);
      default:
        return this.#fitsRare(entry, kind, raw);
    }
  }

  #keyword(slot: number, kind: number, raw: string): boolean {
    return kind !== KIND.array && this.#draft.put(slot, kind <= KIND.escaped ? raw : `"${raw}"`);
  }

  #fitsRare(entry: Entry, kind: number, raw: string): boolean {
    const { slot, kind: target } = entry.target;
    if (target === 'label') return this.#label(entry, kind, raw);
    if (target === 'tags' && kind === KIND.array) return this.#draft.put(slot, raw);
    return kind <= KIND.escaped && this.#fitsText(entry, raw);
  }

  /** Places that only take text. */
  #fitsText(entry: Entry, raw: string): boolean {
    const { slot } = entry.target;
    switch (entry.target.kind) {
      case 'url':
        return this.url(raw);
      case 'ip':
        return isIP(raw.slice(1, -1)) !== 0 && this.#draft.put(slot, raw);
      case 'caller':
        return this.#caller(raw);
      case 'error':
        return this.#error(entry, raw);
      case 'tags':
        return this.#draft.put(slot, `[${raw}]`);
      case 'name':
        return this.#name(raw);
      default:
        return (raw === '"stdout"' || raw === '"stderr"') && this.#draft.put(slot, raw);
    }
  }

  #level(entry: Entry, kind: number, raw: string): boolean {
    if (this.#draft.level !== NO_LEVEL || kind > KIND.number) return false;
    const { scale } = entry.target;
    const level = kind === KIND.number ? levelOfNumber(Number(raw), scale) : levelOfRaw(raw, scale);
    if (level === NO_LEVEL) return false;
    this.#draft.level = level;
    if (kind === KIND.number || entry.path === 'levelname') this.#draft.nameIsLogger = true;
    return true;
  }

  #time(entry: Entry, kind: number, raw: string): boolean {
    const draft = this.#draft;
    if (entry.path === '@t') draft.compact = true;
    if (draft.second !== '' || kind > KIND.number) return false;
    if (kind === KIND.string && raw.length > 20) {
      const end = this.#times.readIso(raw, 1);
      if (end === raw.length - 1) return this.takeTime();
    }
    const known = kind === KIND.number ? this.#times.readNumber(raw) : this.#times.readText(unquote(raw));
    return known && this.takeTime();
  }

  /** Takes the time just read when it counts. */
  takeTime(): boolean {
    const { low, high } = this.window;
    const times = this.#times;
    const settled = times.settle(this.outer);
    if (!settled || times.seconds < low || times.seconds > high) {
      this.#count(settled ? 'time_out_of_range' : 'time_without_zone');
      return false;
    }
    this.#draft.second = times.formatSecond(times.seconds);
    this.#draft.tail = times.tail;
    return true;
  }

  #integer(slot: number, kind: number, raw: string): boolean {
    if (kind !== KIND.number && kind !== KIND.string) return false;
    const digits = kind === KIND.number ? raw : raw.slice(1, -1);
    if ((slot === SLOT.status && digits.length !== 3) || !isInteger(digits)) return false;
    return this.#draft.put(slot, digits);
  }

  #duration(entry: Entry, kind: number, raw: string): boolean {
    const { unit } = entry.target;
    if (kind === KIND.number && unit > 0) {
      const ns = scaleDuration(raw, unit);
      return ns !== '' && this.#draft.put(SLOT.duration, ns);
    }
    const ns = kind === KIND.string ? durationOf(raw.slice(1, -1)) : '';
    return ns !== '' && this.#draft.put(SLOT.duration, ns);
  }

  /** A client's address; names become an attribute. */
  address(text: string): void {
    if (isIP(text) !== 0) this.#draft.put(SLOT.clientIp, `"${text}"`);
    else this.#draft.attributeNamed('client.address', quote(text));
  }

  /** A URL as JSON: one that begins with a slash is a path and a query. */
  url(raw: string): boolean {
    const draft = this.#draft;
    if (!draft.put(SLOT.urlOriginal, raw)) return false;
    if (raw.charCodeAt(1) !== 47) return true;
    const query = raw.indexOf('?');
    if (query < 0) draft.put(SLOT.urlPath, raw);
    else {
      draft.put(SLOT.urlPath, raw.slice(0, query) + '"');
      if (query < raw.length - 2) draft.put(SLOT.urlQuery, '"' + raw.slice(query + 1));
    }
    return true;
  }

  #label(entry: Entry, kind: number, raw: string): boolean {
    if (kind === KIND.array) return false;
    this.#draft.label(entry, kind <= KIND.escaped ? raw : `"${raw}"`);
    return true;
  }

  /** `server/main.go:42` */
  #caller(raw: string): boolean {
    const found = /^"(.+):(\d{1,9})"$/.exec(raw);
    if (found === null) return this.#draft.put(SLOT.file, raw);
    if (!this.#draft.put(SLOT.file, `"${found[1]}"`)) return false;
    this.#draft.put(SLOT.line, String(Number(found[2])));
    return true;
  }

  /** An error given as text: a stack trace when it has lines, else the error's message. */
  #error(entry: Entry, raw: string): boolean {
    const isTrace = raw.includes('\\n') && !entry.path.includes('essage');
    return this.#draft.put(isTrace ? SLOT.stackTrace : SLOT.errorMessage, raw);
  }

  #name(raw: string): boolean {
    if (this.#draft.name !== '') return false;
    this.#draft.name = raw;
    return true;
  }

  #placeLong(entry: Entry, kind: number, raw: string): void {
    const text = kind > KIND.escaped ? raw : unquote(raw);
    if (entry.target.kind === 'message' && kind <= KIND.escaped && this.message(text)) return;
    const value = quote(this.cut(text));
    if (!this.#fits(entry, KIND.escaped, value)) this.#draft.attribute(entry, value);
  }
}

/** A whole number that JSON and a double can hold. */
export function isInteger(digits: string): boolean {
  if (digits.length > MAX_DIGITS) return false;
  for (let at = 0; at < digits.length; at += 1) {
    const code = digits.charCodeAt(at);
    if (code < 48 || code > 57) return false;
  }
  return digits.length === 1 || (digits.length > 1 && digits.charCodeAt(0) !== 48);
}
