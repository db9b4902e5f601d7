/** A silence as Alertmanager knows it: matchers, from, to, who and why. */
import type { Labels } from './alert.js';
import { AlertsError } from './errors.js';
import { MAX_MATCHERS, matcherFromApi, matcherToApi, matchesAll, type ApiMatcher, type Matcher } from './matcher.js';

export interface Silence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilenceState = 'pending' | 'active' | 'expired';

/** What a document holds, and (with `status`) what `/api/v2/silences` shows. */
export interface ApiSilence {
  readonly id: string;
  readonly matchers: readonly ApiMatcher[];
  /** RFC 3339. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

export type SilenceRequest = Omit<Silence, 'id' | 'updatedAtMs'> & { readonly id?: string };

/** Characters of author and comment: shown in lists, kept for days. */
export const MAX_AUTHOR = 256;
export const MAX_COMMENT = 4_096;

export function silenceState({ startsAtMs, endsAtMs }: Silence, nowMs: number): SilenceState {
  if (nowMs >= endsAtMs) return 'expired';
  return nowMs < startsAtMs ? 'pending' : 'active';
}

export function silences(silence: Silence, labels: Labels, nowMs: number): boolean {
  return silenceState(silence, nowMs) === 'active' && matchesAll(silence.matchers, labels);
}

/** The body of `POST /api/v2/silences`. Throws AlertsError `silence_invalid`, in Alertmanager's words. */
export function parseSilence(body: unknown): SilenceRequest {
  const fields = asObject(body, 'the body');
  const matchers = parseMatcherList(fields['matchers']);
  const startsAtMs = parseTime(fields, 'startsAt');
  const endsAtMs = parseTime(fields, 'endsAt');
  if (endsAtMs <= startsAtMs) throw invalid('start time must be before end time');
  const createdBy = parseText(fields, 'createdBy', MAX_AUTHOR);
  const comment = parseText(fields, 'comment', MAX_COMMENT);
  const id = typeof fields['id'] === 'string' && fields['id'] !== '' ? { id: fields['id'] } : {};
  return { ...id, matchers, startsAtMs, endsAtMs, createdBy, comment };
}

function parseMatcherList(value: unknown): readonly Matcher[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('matchers in body should have at least 1 items');
  if (value.length > MAX_MATCHERS) throw invalid(`${value.length} matchers, at most ${MAX_MATCHERS} are allowed`);
  const matchers = value.map((item: unknown, index) => {
    const { name, value: text, isRegex = false, isEqual = true } = asObject(item, `matchers.${index}`);
    if (typeof name !== 'string' || typeof text !== 'string' || typeof isRegex !== 'boolean' || typeof isEqual !== 'boolean') {
      throw invalid(`matchers.${index} needs name and value as texts, isRegex and isEqual as booleans`);
    }
    try {
      return matcherFromApi({ name, value: text, isRegex, isEqual });
    } catch (error) {
      throw invalid(`invalid label matcher ${index}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  if (matchers.every(({ test }) => test(''))) throw invalid('at least one matcher must not match the empty string');
  return matchers;
}

function parseTime(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${name} in body is required: a time as 2026-11-21T07:00:00Z`);
  return ms;
}

function parseText(fields: Readonly<Record<string, unknown>>, name: string, most: number): string {
  const value = fields[name];
  if (typeof value !== 'string') throw invalid(`${name} in body is required`);
  if (value.length > most) throw invalid(`${name} has ${value.length} characters, at most ${most} are allowed`);
  return value;
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} must be an object`);
  return { ...value };
}

export function silenceToApi(silence: Silence): ApiSilence {
  const { id, matchers, startsAtMs, endsAtMs, updatedAtMs, createdBy, comment } = silence;
  const [startsAt, endsAt, updatedAt] = [startsAtMs, endsAtMs, updatedAtMs].map((ms) => new Date(ms).toISOString());
  return {
    id,
    matchers: matchers.map(matcherToApi),
    startsAt: startsAt ?? '',
    endsAt: endsAt ?? '',
    updatedAt: updatedAt ?? '',
    createdBy,
    comment,
  };
}

/** A document's value, written by `silenceToApi`. */
export function silenceFromApi(value: unknown): Silence {
  const { id = '', ...request } = parseSilenceAt(value);
  return { ...request, id, updatedAtMs: parseTime(asObject(value, 'a silence'), 'updatedAt') };
}

/** An expired pending silence ends before it begins; a document may say so, a person may not. */
function parseSilenceAt(value: unknown): SilenceRequest {
  const fields = asObject(value, 'a silence');
  const endsAtMs = parseTime(fields, 'endsAt');
  const startsAtMs = Math.min(parseTime(fields, 'startsAt'), endsAtMs);
  const later = new Date(endsAtMs + 1).toISOString();
  return { ...parseSilence({ ...fields, endsAt: later }), startsAtMs, endsAtMs };
}

function invalid(message: string): AlertsError {
  return new AlertsError('silence_invalid', `silence invalid: ${message}`);
}
