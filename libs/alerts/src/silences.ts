/** All silences: what Alertmanager's `/api/v2/silences` does. The caller makes each change durable before it answers. */
import type { Labels } from './alert.js';
import { AlertsError } from './errors.js';
import { formatMatchers, matchesAll, type Matcher } from './matcher.js';
import { silences, silenceState, silenceToApi, type ApiSilence, type Silence, type SilenceRequest, type SilenceState } from './silence.js';

/** Each is compared with each alert that is about to be told. */
export const MAX_SILENCES = 1_000;
/** JSON of one, in bytes: it must fit a document. */
export const MAX_SILENCE_BYTES = 16_384;
/** Expired ones are shown as long (Alertmanager's `--data.retention`). */
export const SILENCE_RETENTION_MS = 432_000_000;

export type GettableSilence = ApiSilence & { readonly status: { readonly state: SilenceState } };

export interface SilencesOptions {
  readonly silences?: Iterable<Silence>;
  readonly maxSilences?: number;
  readonly maxSilenceBytes?: number;
}

const ORDER: Readonly<Record<SilenceState, number>> = { active: 0, pending: 1, expired: 2 };

export class Silences {
  readonly #all = new Map<string, Silence>();
  readonly #maxSilences: number;
  readonly #maxBytes: number;

  constructor({ silences: given = [], maxSilences = MAX_SILENCES, maxSilenceBytes = MAX_SILENCE_BYTES }: SilencesOptions = {}) {
    for (const silence of given) this.#all.set(silence.id, silence);
    this.#maxSilences = maxSilences;
    this.#maxBytes = maxSilenceBytes;
  }

  /**
   * Creates, or changes the one with the request's id. A change that would make it another silence (matchers, a begun
   * begin, expired) ends the old one and creates `newId`. Returns what changed, the answered one last.
   */
  put(request: SilenceRequest, { nowMs, newId }: { readonly nowMs: number; readonly newId: string }): readonly Silence[] {
    const before = request.id === undefined ? undefined : this.#get(request.id);
    if (request.endsAtMs < nowMs) throw new AlertsError('silence_invalid', "silence invalid: end time can't be in the past");
    const same = before !== undefined && mayUpdate(before, request, nowMs);
    const startsAtMs = same ? request.startsAtMs : Math.max(request.startsAtMs, nowMs);
    const silence: Silence = { ...request, id: same ? before.id : newId, startsAtMs, updatedAtMs: nowMs };
    this.#checkLimits(silence, nowMs);
    const ended = before !== undefined && !same && silenceState(before, nowMs) !== 'expired' ? [end(before, nowMs)] : [];
    const changed = [...ended, silence];
    for (const each of changed) this.#all.set(each.id, each);
    return changed;
  }

  /** Ends it now. Throws AlertsError `silence_not_found`. An expired one stays as it is. */
  expire(id: string, nowMs: number): Silence {
    const before = this.#get(id);
    if (silenceState(before, nowMs) === 'expired') return before;
    const after = end(before, nowMs);
    this.#all.set(id, after);
    return after;
  }

  get(id: string): Silence | undefined {
    return this.#all.get(id);
  }

  all(): readonly Silence[] {
    return [...this.#all.values()];
  }

  /** Active ones first, soonest end first. `filter`: a silence is shown when its matchers fit, as Alertmanager does it. */
  list(nowMs: number, filter: readonly Matcher[] = []): readonly GettableSilence[] {
    return this.all()
      .filter((silence) => filter.every((matcher) => fits(matcher, silence)))
      .map((silence) => gettableSilence(silence, nowMs))
      .sort((left, right) => ORDER[left.status.state] - ORDER[right.status.state] || left.endsAt.localeCompare(right.endsAt));
  }

  silencedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.all()
      .filter((silence) => silences(silence, labels, nowMs))
      .map(({ id }) => id);
  }

  /** Takes those away that are expired for longer than the retention; returns their ids. */
  forget(nowMs: number): readonly string[] {
    const old = this.all().filter(({ endsAtMs }) => endsAtMs + SILENCE_RETENTION_MS <= nowMs);
    for (const { id } of old) this.#all.delete(id);
    return old.map(({ id }) => id);
  }

  #get(id: string): Silence {
    const silence = this.#all.get(id);
    if (silence === undefined) throw new AlertsError('silence_not_found', 'silence not found');
    return silence;
  }

  #checkLimits(silence: Silence, nowMs: number): void {
    const bytes = Buffer.byteLength(JSON.stringify(silenceToApi(silence)));
    if (bytes > this.#maxBytes)
      throw new AlertsError('silence_limit', `silence exceeds maximum size: ${bytes} bytes (limit: ${this.#maxBytes} bytes)`);
    if (this.#all.has(silence.id) || this.#all.size < this.#maxSilences) return;
    const living = this.all().filter((other) => silenceState(other, nowMs) !== 'expired').length;
    if (living >= this.#maxSilences)
      throw new AlertsError('silence_limit', `exceeded maximum number of silences: ${living} (limit: ${this.#maxSilences})`);
    this.#dropOldest(nowMs);
  }

  /** Expired ones make room before their time. */
  #dropOldest(nowMs: number): void {
    const [oldest] = this.all()
      .filter((silence) => silenceState(silence, nowMs) === 'expired')
      .sort((left, right) => left.endsAtMs - right.endsAtMs);
    if (oldest !== undefined) this.#all.delete(oldest.id);
  }
}

export function gettableSilence(silence: Silence, nowMs: number): GettableSilence {
  return { ...silenceToApi(silence), status: { state: silenceState(silence, nowMs) } };
}

function mayUpdate(before: Silence, after: SilenceRequest, nowMs: number): boolean {
  if (formatMatchers(before.matchers) !== formatMatchers(after.matchers)) return false;
  const state = silenceState(before, nowMs);
  if (state === 'active') return before.startsAtMs === after.startsAtMs;
  return state === 'pending' && after.startsAtMs >= nowMs;
}

function end(silence: Silence, nowMs: number): Silence {
  return { ...silence, startsAtMs: Math.min(silence.startsAtMs, nowMs), endsAtMs: nowMs, updatedAtMs: nowMs };
}

/** A filter `a="x"` shows silences that have a matcher for `a` which is just so or would take it. */
function fits(filter: Matcher, { matchers }: Silence): boolean {
  return matchers.some(({ name, value }) => name === filter.name && matchesAll([filter], { [name]: value }));
}
