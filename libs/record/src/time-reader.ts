import { offsetOf, parseMoment, secondsOf } from './moment.js';
import { formatSecond } from './timestamp.js';
import type { Zone } from './zone.js';

/**
 * Reads times inside lines. Thousands of lines share a second, so the second read last and the second written last are
 * kept as text; a line of the same second costs one comparison.
 *
 * After a successful read `seconds` and `tail` hold the time. Zone-less times still have to pass `settle`.
 */

/** `.785000000Z"` for every millisecond: what stands behind the second. */
const MILLIS = Array.from({ length: 1000 }, (_, ms) => `.${String(ms).padStart(3, '0')}000000Z"`);
const WHOLE = MILLIS[0] ?? '';
const ZEROS = '000000000';

/** A zone-less time must be this near to the outer one, in seconds. */
const NEAR = 300;
const QUARTER = 900;
/** Offsets run from UTC-12 to UTC+14. */
const MIN_QUARTERS = -48;
const MAX_QUARTERS = 56;

const ISO_LENGTH = 19;
const ZONE_START = /[UGZ+-]/;

export class TimeReader {
  seconds = 0;
  tail = WHOLE;
  zoned = true;

  readonly #zone: Zone;
  #readText = '\u0000';
  #readSeconds = 0;
  #accessText = '\u0000';
  #accessSeconds = 0;
  #wroteSeconds = -1;
  #wrote = '';

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** The first half of a time as JSON (`"2026-11-21T04:04:23`); `tail` is the other. */
  formatSecond(seconds: number): string {
    if (seconds !== this.#wroteSeconds) {
      this.#wroteSeconds = seconds;
      this.#wrote = `"${formatSecond(seconds)}`;
    }
    return this.#wrote;
  }

  /** Any text that is a time and nothing else. */
  readText(text: string): boolean {
    const end = this.readIso(text, 0);
    if (end >= 0) return end === text.length;
    const moment = parseMoment(text);
    if (moment === undefined) return /^\d{9,20}(\.\d+)?$/.test(text) && this.readNumber(text);
    this.seconds = moment.seconds;
    this.tail = tailOf(String(moment.nanos).padStart(9, '0'));
    this.zoned = moment.zoned;
    return true;
  }

  /** Seconds, milli-, micro- or nanoseconds since the epoch, told apart by their size (1973 to 2262 for each). */
  readNumber(raw: string): boolean {
    const ms = raw.length === 13 ? Number(raw) : 0;
    if (ms >= 1e12 && Number.isInteger(ms)) {
      this.seconds = Math.floor(ms / 1000);
      this.tail = MILLIS[ms - this.seconds * 1000] ?? WHOLE;
      this.zoned = true;
      return true;
    }
    const dot = raw.indexOf('.');
    const whole = dot < 0 ? raw : raw.slice(0, dot);
    const scale = whole.length <= 11 ? 0 : whole.length <= 14 ? 3 : whole.length <= 17 ? 6 : 9;
    if (!/^\d{9,19}$/.test(whole)) return false;
    const cut = whole.length - scale;
    this.seconds = Number(whole.slice(0, cut));
    this.zoned = true;
    this.tail = tailOf(whole.slice(cut) + (dot < 0 ? '' : raw.slice(dot + 1).replace(/\D.*$/, '')));
    return true;
  }

  /** `2026-11-21T04:04:23.785+09:00` and its relatives at `start`: where it ends, or -1. */
  readIso(text: string, start: number): number {
    if (!text.startsWith(this.#readText, start) && !this.#readSecond(text, start)) return -1;
    this.seconds = this.#readSeconds;
    let at = start + ISO_LENGTH;
    const mark = text.charCodeAt(at);
    if (mark === 46 || mark === 44) at = this.#readFraction(text, at + 1);
    else this.tail = WHOLE;
    return this.#readZone(text, at);
  }

  /** `21/Nov/2026:04:04:23 +0000` at `start`, 26 characters. */
  readAccess(text: string, start: number): boolean {
    if (!text.startsWith(this.#accessText, start)) {
      const part = text.slice(start, start + 26);
      const moment = parseMoment(part);
      if (moment === undefined || !moment.zoned || part.length !== 26) return false;
      this.#accessText = part;
      this.#accessSeconds = moment.seconds;
    }
    this.seconds = this.#accessSeconds;
    this.tail = WHOLE;
    this.zoned = true;
    return true;
  }

  /**
   * Gives a zone-less time its zone: the configured one when that brings it near the outer time, else the quarter-hour
   * offset that does. False when none does.
   */
  settle(outerSeconds: number): boolean {
    if (this.zoned) return true;
    const local = this.seconds;
    const configured = local - this.#zone.offsetAtLocal(local);
    const quarters = Math.round((local - outerSeconds) / QUARTER);
    const guessed = local - quarters * QUARTER;
    if (Math.abs(configured - outerSeconds) <= NEAR) this.seconds = configured;
    else if (quarters >= MIN_QUARTERS && quarters <= MAX_QUARTERS && Math.abs(guessed - outerSeconds) <= NEAR) this.seconds = guessed;
    else return false;
    return true;
  }

  #readSecond(text: string, start: number): boolean {
    const dash = text.charCodeAt(start + 4);
    if ((dash !== 45 && dash !== 47) || text.charCodeAt(start + 7) !== dash) return false;
    const middle = text.charCodeAt(start + 10);
    if ((middle !== 84 && middle !== 32 && middle !== 116) || text.charCodeAt(start + 13) !== 58 || text.charCodeAt(start + 16) !== 58)
      return false;
    const part = text.slice(start, start + ISO_LENGTH);
    if (!/^\d{4}.\d\d.\d\d.\d\d:\d\d:\d\d$/.test(part)) return false;
    const at = (from: number, to: number): number => Number(part.slice(from, to));
    const seconds = secondsOf([at(0, 4), at(5, 7), at(8, 10), at(11, 13), at(14, 16), at(17, 19)]);
    if (seconds === undefined) return false;
    this.#readText = part;
    this.#readSeconds = seconds;
    return true;
  }

  #readFraction(text: string, start: number): number {
    let at = start;
    let value = 0;
    for (let code = text.charCodeAt(at) - 48; code >= 0 && code <= 9; code = text.charCodeAt(at) - 48) {
      if (at - start < 3) value = value * 10 + code;
      at += 1;
    }
    if (at - start === 9 && text.charCodeAt(at) === 90 && text.charCodeAt(at + 1) === 34) this.tail = text.slice(start - 1, at + 2);
    else this.tail = at - start === 3 ? (MILLIS[value] ?? WHOLE) : tailOf(text.slice(start, at));
    return at;
  }

  #readZone(text: string, at: number): number {
    const code = text.charCodeAt(at);
    this.zoned = true;
    if (code === 90 || code === 122) return at + 1;
    if (code === 43 || code === 45 || (code === 32 && ZONE_START.test(text.charAt(at + 1)))) {
      const found = /^ ?(?:UTC|GMT|Z|[+-]\d\d(?::?\d\d)?)(?![\w:.])/.exec(text.slice(at, at + 8));
      if (found !== null) {
        this.seconds -= offsetOf(found[0].trim());
        return at + found[0].length;
      }
    }
    this.zoned = false;
    return at;
  }
}

function tailOf(digits: string): string {
  return digits.length >= 9 ? `.${digits.slice(0, 9)}Z"` : `.${digits}${ZEROS.slice(digits.length)}Z"`;
}
