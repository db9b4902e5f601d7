/**
 * Which second a record counts at. The sender's time decides, but a clock that is far ahead must not move windows, and what
 * was late when it arrived is counted apart; both are seen against `event.created`, so an outage behind makes nothing late.
 */

/** How far a timestamp may lie ahead of its arrival; beyond it the arrival counts. */
const MAX_AHEAD_MS = 120_000;

export const NO_TIME = -1;

/** The time that counts, epoch milliseconds; either is `NO_TIME` when it cannot be read. */
export function eventMs(timestampMs: number, createdMs: number): number {
  if (createdMs === NO_TIME) return timestampMs;
  if (timestampMs === NO_TIME || timestampMs > createdMs + MAX_AHEAD_MS) return createdMs;
  return timestampMs;
}

const ZERO = 48;
const NINE = 57;
const [QUOTE, DOT, LETTER_T, LETTER_Z] = [34, 46, 84, 90];
const DAY_MS = 86_400_000;
/** `2026-11-21T04:04:23.785232175Z` */
export const TIME_LENGTH = 30;

/** Whether the string that begins at `at` has the form of a time; what its digits say is not looked at. */
export function isTime(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 10] === LETTER_T && bytes[at + 19] === DOT && bytes[at + 29] === LETTER_Z && bytes[at + TIME_LENGTH] === QUOTE;
}

/** Reads times as records have them out of bytes; the day is remembered, as it hardly changes. */
export class TimeReader {
  #day = -1;
  #dayMs = 0;

  /** Epoch milliseconds of the 30 bytes from `at` on; `NO_TIME` when they are no such time. */
  read(bytes: Uint8Array, at: number): number {
    if (!isTime(bytes, at)) return NO_TIME;
    const day = (pair(bytes, at) * 100 + pair(bytes, at + 2)) * 10_000 + pair(bytes, at + 5) * 100 + pair(bytes, at + 8);
    if (day !== this.#day) this.#enter(day);
    const seconds = (pair(bytes, at + 11) * 60 + pair(bytes, at + 14)) * 60 + pair(bytes, at + 17);
    const ms = this.#dayMs + seconds * 1_000 + pair(bytes, at + 20) * 10 + digit(bytes[at + 22]);
    return ms >= 0 ? ms : NO_TIME;
  }

  /** NaN for a day that is none, so that all its times are none. */
  #enter(day: number): void {
    this.#day = day;
    this.#dayMs = Number.isNaN(day) ? NaN : Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100);
    if (this.#dayMs < -DAY_MS) this.#dayMs = NaN;
  }
}

function pair(bytes: Uint8Array, at: number): number {
  return digit(bytes[at]) * 10 + digit(bytes[at + 1]);
}

function digit(byte: number | undefined): number {
  return byte !== undefined && byte >= ZERO && byte <= NINE ? byte - ZERO : NaN;
}
