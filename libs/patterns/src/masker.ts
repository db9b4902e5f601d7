import {
  APOSTROPHE,
  AT,
  BACKSLASH,
  BACKTICK,
  BEYOND_HEX,
  classOf,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DIGIT,
  EQUALS,
  JOINT,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  SEMICOLON,
  SLASH,
  SPACE,
  STOP,
  WORD,
} from './characters.js';
import { MAX_QUOTED, MAX_SCANNED } from './limits.js';
import { isDate, isLevel } from './words.js';

/** Stands for what varies; no character of any text. */
export const MASK = 0xffff;

/** Hexadecimal without a digit among it: shorter runs are words. */
const MIN_HEX = 8;
/** Beside the classes: there was an `@` in the token. */
const ADDRESS = 32;
const VARIABLE = DIGIT | ADDRESS;
const TRACEBACK = 'Traceback (most recent call last):';

/**
 * A message with what varies taken out, in one pass and into one buffer that is used again:
 *
 * - a token with a digit, a month or a day's name, hexadecimal of 8 and more, paths and URLs
 * - what stands between quotes (but for names of JSON members), and behind `=`
 * - in the head of a line that begins with a time, what stands in brackets and is no level: threads
 * - of an access log, user and size also where they are `-`
 *
 * Masks with nothing but spaces and commas between them become one, spaces become one. Looked at is the first line; further
 * ones until there is a word, and of a Python traceback the last, which names the error.
 */
export class Masker {
  /** The template's UTF-16 units, `MASK` where something varies; the first `length` count. */
  readonly units = new Uint16Array(4 * MAX_SCANNED);
  length = 0;

  private text = '';
  private at = 0;
  private end = 0;
  /** Behind the last mask while only spaces and commas follow it, else -1. */
  private maskEnd = -1;
  /** The same for what stood between quotes: of a list one is kept. */
  private quoteEnd = -1;
  /** Only times and levels until now. */
  private inHead = true;
  private hasWord = false;
  private isAccess = false;
  private isTraceback = false;

  /** `from` and `to` bound the message in `text`. */
  mask(text: string, from: number, to: number): void {
    this.text = text;
    this.at = from;
    this.end = Math.min(to, from + MAX_SCANNED);
    this.length = 0;
    this.maskEnd = this.quoteEnd = -1;
    this.inHead = true;
    this.hasWord = false;
    this.isAccess = false;
    this.isTraceback = false;
    while (this.at < this.end) {
      const code = text.charCodeAt(this.at);
      const kind = classOf(code);
      if ((kind & WORD) !== 0) this.token();
      else if (code <= SPACE) this.space(code, from, to);
      else if (!this.special(code)) this.between(code);
    }
    if (this.length > 0 && this.units[this.length - 1] === SPACE) this.length -= 1;
  }

  /** From a character of a word to where it ends. */
  private token(): void {
    const { text, end, units } = this;
    const start = this.length;
    let { at } = this;
    let length = start;
    let seen = 0;
    while (at < end) {
      const code = text.charCodeAt(at);
      const kind = classOf(code);
      if ((kind & WORD) === 0) {
        if ((kind & JOINT) === 0 || !this.goesOn(code, at, seen)) break;
        if (code === COLON && text.charCodeAt(at + 1) === SLASH) return this.path(at);
        if (code === AT) seen |= ADDRESS;
      }
      seen |= kind;
      units[length] = code;
      length += 1;
      at += 1;
    }
    this.at = at;
    if ((seen & VARIABLE) !== 0 || this.isValue() || isHex(seen, length - start) || isDate(units, start, length)) this.put();
    else this.word(start, length);
  }

  /** What was read is a part of the template. */
  private word(start: number, length: number): void {
    this.length = length;
    this.maskEnd = -1;
    this.quoteEnd = -1;
    if (this.inHead && isLevel(this.units, start, length)) return;
    this.inHead = false;
    this.hasWord = true;
  }

  /** Whether the joint at `at` belongs to the token. A colon does in times and addresses: `id:7` is a name and a value. */
  private goesOn(code: number, at: number, seen: number): boolean {
    if (at + 1 >= this.end) return false;
    const next = this.text.charCodeAt(at + 1);
    const isWord = (classOf(next) & WORD) !== 0;
    if (code !== COLON) return isWord;
    if (next === SLASH) return this.text.charCodeAt(at + 2) === SLASH;
    return next === COLON || (isWord && (seen & (DIGIT | BEYOND_HEX)) !== BEYOND_HEX);
  }

  private isValue(): boolean {
    return this.length > 0 && this.units[this.length - 1] === EQUALS;
  }

  /** Up to what cannot stand in a path or a URL; a full stop behind it is the sentence's. */
  private path(from: number): void {
    let at = from;
    while (at < this.end && (classOf(this.text.charCodeAt(at)) & STOP) === 0) at += 1;
    while (at > from + 1 && '.:!?'.includes(this.text.charAt(at - 1))) at -= 1;
    this.at = at;
    this.put();
  }

  private space(code: number, from: number, to: number): void {
    this.at += 1;
    if (code === NEWLINE && this.hasWord) this.nextLine(from, to);
    else if (this.length > 0 && this.units[this.length - 1] !== SPACE) this.units[this.length++] = SPACE;
  }

  private nextLine(from: number, to: number): void {
    if (this.isTraceback || !this.text.startsWith(TRACEBACK, from)) {
      this.end = this.at;
      return;
    }
    const last = this.text.lastIndexOf('\n', to - 2) + 1;
    this.isTraceback = true;
    this.at = Math.max(this.at, last);
    this.end = Math.min(to, this.at + MAX_SCANNED);
    this.units[this.length++] = SPACE;
  }

  /** What begins at a sign and is more than that sign. */
  private special(code: number): boolean {
    switch (code) {
      case QUOTE:
      case APOSTROPHE:
      case BACKTICK:
        return this.quoted(code);
      case SLASH:
        return this.rooted();
      case DASH:
      case PLUS:
        return this.signed(code);
      case OPEN_BRACKET:
        return this.bracketed();
      case COLON:
        return this.address();
      default:
        return false;
    }
  }

  private between(code: number): void {
    if (code !== COMMA && code !== SEMICOLON) this.maskEnd = this.quoteEnd = -1;
    this.units[this.length++] = code;
    this.at += 1;
  }

  /** A mask in the place of what was read up to `at`. */
  private put(): void {
    if (this.maskEnd >= 0) this.length = this.maskEnd;
    else this.units[this.length++] = MASK;
    this.maskEnd = this.length;
    this.quoteEnd = -1;
  }

  private quoted(quote: number): boolean {
    const { text, at } = this;
    if (at > 0 && (classOf(text.charCodeAt(at - 1)) & WORD) !== 0) return false;
    const close = this.closing(quote);
    if (close < 0) return false;
    const isName = quote === QUOTE && text.charCodeAt(close + 1) === COLON && this.isInObject();
    if (isName) return false;
    this.at = close + 1;
    if (this.quoteEnd >= 0 && this.units[this.quoteEnd] === COMMA) {
      this.length = this.quoteEnd;
      return true;
    }
    this.units[this.length++] = quote;
    this.units[this.length++] = MASK;
    this.units[this.length++] = text.charCodeAt(close);
    this.maskEnd = -1;
    this.quoteEnd = this.length;
    return true;
  }

  /** Where the quote at `at` is closed; -1 when nowhere near. */
  private closing(quote: number): number {
    const { text } = this;
    const end = Math.min(this.end, this.at + MAX_QUOTED);
    const other = quote === BACKTICK ? APOSTROPHE : quote;
    for (let at = this.at + 1; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 1;
      else if (code === NEWLINE) return -1;
      else if ((code === quote || code === other) && this.mayFollow(at + 1)) return at;
    }
    return -1;
  }

  /** What can stand behind a closing quote: a quote inside is followed by more of the text. */
  private mayFollow(at: number): boolean {
    if (at >= this.end) return true;
    const code = this.text.charCodeAt(at);
    return code <= SPACE || ',.;:)]}>=!'.includes(this.text.charAt(at));
  }

  /** The name of a JSON member follows a brace or a comma. */
  private isInObject(): boolean {
    let last = this.length - 1;
    while (last >= 0 && this.units[last] === SPACE) last -= 1;
    return last >= 0 && (this.units[last] === OPEN_BRACE || this.units[last] === COMMA);
  }

  /** `/var/log/app.log` */
  private rooted(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    if (this.at + 1 >= this.end || ((classOf(next) & WORD) === 0 && next !== SLASH)) return false;
    this.path(this.at);
    return true;
  }

  /** `::1` */
  private address(): boolean {
    if (this.text.charCodeAt(this.at + 1) !== COLON || (classOf(this.text.charCodeAt(this.at + 2)) & WORD) === 0 || this.at + 2 >= this.end)
      return false;
    this.token();
    return true;
  }

  /** `-5`, `+0900`, and `-` for nothing in an access log. */
  private signed(code: number): boolean {
    const next = this.at + 1 < this.end ? this.text.charCodeAt(this.at + 1) : SPACE;
    if ((classOf(next) & DIGIT) !== 0) {
      this.at += 1;
      this.token();
      return true;
    }
    if (code !== DASH || !this.isAccess || next > SPACE) return false;
    this.at += 1;
    this.put();
    return true;
  }

  /** The name of a thread in the head of a line; what stands before the time of an access log is the user. */
  private bracketed(): boolean {
    if (this.length < 2 || (this.units[0] !== MASK && this.units[1] !== MASK)) return false;
    if (this.isBehindUser()) this.takeUser();
    if (!this.inHead) return false;
    const close = this.text.indexOf(']', this.at);
    if (close < 0 || close >= this.end || close - this.at > MAX_QUOTED || this.isLevelBetween(close)) return false;
    this.between(OPEN_BRACKET);
    this.at = close;
    this.put();
    this.between(CLOSE_BRACKET);
    return true;
  }

  /** `[Warning]`, `[ INFO]` */
  private isLevelBetween(close: number): boolean {
    let { length } = this;
    for (let at = this.at + 1; at < close; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code !== SPACE) this.units[length++] = code;
    }
    return isLevel(this.units, this.length, length);
  }

  /** `10.0.0.9 - kim [21/Nov/2026…`: an address, a dash, one word. */
  private isBehindUser(): boolean {
    const { units, length } = this;
    if (units[0] !== MASK || units[1] !== SPACE || units[2] !== DASH || units[3] !== SPACE) return false;
    if ((classOf(this.text.charCodeAt(this.at + 1)) & DIGIT) === 0 || units[length - 1] !== SPACE) return false;
    for (let at = 4; at < length - 1; at += 1) if (units[at] === SPACE) return false;
    return length > 5;
  }

  private takeUser(): void {
    this.isAccess = true;
    this.inHead = false;
    this.length = 2;
  }
}

function isHex(seen: number, length: number): boolean {
  return length >= MIN_HEX && (seen & BEYOND_HEX) === 0;
}
