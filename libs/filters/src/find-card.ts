/**
 * Card numbers: 13 to 19 digits, alone or in groups with a blank or a dash between them, that begin and are as long as an issuer's
 * numbers are and pass Luhn's check. Digits inside words, hex, UUIDs and fractions are none.
 */
import type { Span } from './marks.js';

const RUN = /\d(?:[ -]?\d){12,}/g;
const UUID = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i;
const UUID_LENGTH = 36;
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;
/** Issuers' numbers as they begin, and how long they are. */
const ISSUERS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)\d+(?<=^\d{16})|3[47]\d{13}|3(?:0[0-5]|[689])\d+(?<=^\d{14,19})|35(?:2[89]|[3-8]\d)\d{12,15}|(?:6011|64[4-9]|65|62|81)\d+(?<=^\d{16,19})|(?:50|5[6-9]|6)\d+(?<=^\d{16,19}))$/;
/** Escapes end in letters and digits that belong to no word. */
const ESCAPE_BEFORE = /(?:%[0-9a-f]{2}|\\[nrt])$/i;

export function findCards(text: string): Span[] {
  const found: Span[] = [];
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const groups = groupsOf(text, run, index);
    for (let first = 0; first < groups.length; first += 1) {
      const last = lastOfCard(text, groups, first);
      if (last < 0) continue;
      found.push({ from: groups[first]?.from ?? 0, to: groups[last]?.to ?? 0, masked: maskCard });
      first = last;
    }
  }
  return found;
}

interface Group {
  readonly from: number;
  readonly to: number;
}

/** Groups of digits that stand for themselves. */
function groupsOf(text: string, run: string, start: number): Group[] {
  const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ from: start + index, to: start + index + digits.length }));
  const end = start + run.length;
  if (isJoinedBefore(text, start)) groups.shift();
  if (/^(?:[A-Za-z]|\.\d)/.test(text.slice(end, end + 2))) groups.pop();
  return groups;
}

function isJoinedBefore(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 3), at);
  return /[A-Za-z]$|\d\.$/.test(before) && !ESCAPE_BEFORE.test(before);
}

/** Index of the last group of the longest card number that begins with this group, or -1. */
function lastOfCard(text: string, groups: readonly Group[], first: number): number {
  let digits = '';
  let last = -1;
  for (let index = first; index < groups.length; index += 1) {
    const { from, to } = groups[index] as Group;
    digits += text.slice(from, to);
    if (digits.length > MAX_DIGITS) break;
    if (digits.length < MIN_DIGITS || (index > first && digits.length === MIN_DIGITS)) continue;
    if (isCard(digits) && !isInUuid(text, (groups[first] as Group).from, to)) last = index;
  }
  return last;
}

export function isCard(digits: string): boolean {
  return ISSUERS.test(digits) && passesLuhn(digits);
}

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function isInUuid(text: string, from: number, to: number): boolean {
  return text.slice(from, to).includes('-') && UUID.test(text.slice(Math.max(0, from - UUID_LENGTH), to + UUID_LENGTH));
}

/** All but the last four digits. */
function maskCard(text: string): string {
  return text.slice(0, -4).replaceAll(/\d/g, '*') + text.slice(-4);
}
