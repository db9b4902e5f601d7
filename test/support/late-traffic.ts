/** Synthetic traffic that hovers at a threshold, with late records, and what an evaluator makes of it. */
import { Evaluator, parseRule, type Rule } from '#libs/rules';

const T0 = Date.UTC(2026, 10, 21, 4) / 1_000;
const WINDOW_MS = 60_000;
const THRESHOLD = 50;
const MAX_LATE_MS = 30_000;
/** Events per second: the rate moves slowly between the two, so that 60 s hold 24 to 72. */
const RATES = [0.4, 1.2] as const;

export interface LateOptions {
  readonly seed: number;
  readonly events: number;
  /** Share of events that come late, 0 to 1. */
  readonly lateShare: number;
}

export interface LateResult {
  episodes: number;
  missed: number;
  notices: number;
  /** Notices without truth. */
  untrue: number;
  /** Milliseconds from the true begin to the notice. */
  delays: number[];
}

interface LateEvent {
  readonly atMs: number;
  readonly arrivedMs: number;
}

interface Span {
  readonly from: number;
  to: number;
}

interface Told extends Span {
  readonly toldMs: number;
}

/** mulberry32: the same numbers for the same seed everywhere. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function eventsOf({ seed, events, lateShare }: LateOptions): LateEvent[] {
  const next = random(seed);
  const made: LateEvent[] = [];
  let atMs = T0 * 1_000;
  let rate = 0.8;
  for (let index = 0; index < events; index++) {
    // A new rate about every two minutes.
    if (next() < 1 / (120 * rate)) rate = RATES[0] + (RATES[1] - RATES[0]) * next();
    atMs += (-Math.log(1 - next()) / rate) * 1_000;
    const late = next() < lateShare ? next() * MAX_LATE_MS : 0;
    made.push({ atMs, arrivedMs: atMs + late });
  }
  return made;
}

/**
 * Spans in which the last 60 s, to the millisecond, hold at least the threshold. Traffic at the threshold crosses it with
 * every record; what is less than a window apart is one episode to whoever is woken by it.
 */
function truthOf(events: readonly LateEvent[]): Span[] {
  const spans: Span[] = [];
  events.forEach(({ atMs }, index) => {
    const first = events[index - THRESHOLD + 1];
    if (first === undefined || first.atMs <= atMs - WINDOW_MS) return;
    const to = first.atMs + WINDOW_MS;
    const last = spans.at(-1);
    if (last !== undefined && atMs <= last.to + WINDOW_MS) last.to = to;
    else spans.push({ from: atMs, to });
  });
  return spans;
}

function thresholdRule(): Rule {
  const parsed = parseRule({ name: 'late', where: 'level >= error', count: { over: '60s', at_least: THRESHOLD } }, { kind: 'rest' });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

/** Gives each event to an evaluator when it arrives, and the time every second. */
function evaluate(events: readonly LateEvent[]): Told[] {
  const rule = thresholdRule();
  const evaluator = new Evaluator({ rules: [rule] });
  const told: Told[] = [];
  const listen = (nowMs: number): void => {
    evaluator.advance(nowMs);
    for (const { kind, atMs } of evaluator.takeChanges().transitions) {
      const last = told.at(-1);
      if (kind === 'firing') told.push({ from: atMs, to: Infinity, toldMs: nowMs });
      else if (last !== undefined) last.to = atMs;
    }
  };
  const arriving = events.toSorted((a, b) => a.arrivedMs - b.arrivedMs);
  let position = 0;
  let clockMs = T0 * 1_000;
  for (const { atMs, arrivedMs } of arriving) {
    for (; clockMs <= arrivedMs; clockMs += 1_000) {
      evaluator.watermark({ journal: 'j', node: 'n', arrivedMs: clockMs, to: position }, clockMs);
      listen(clockMs);
    }
    const groups = [{ key: [], seconds: [[Math.floor(atMs / 1_000), 1] as const] }];
    const part = { rule: rule.name, revision: rule.revision, groups, late: 0, samples: [] };
    evaluator.offer({ journal: 'j', node: 'n', from: position, to: position + 1, arrivedMs, rules: [part] });
    position++;
    listen(arrivedMs);
  }
  return told;
}

export function compareLate(options: LateOptions): LateResult {
  const events = eventsOf(options);
  const truth = truthOf(events);
  const told = evaluate(events);
  // Buckets know seconds, so a notice stands for the second it names.
  const covers = (notice: Span, span: Span): boolean => notice.from <= span.to && notice.to + 1_000 >= span.from;
  const result: LateResult = { episodes: truth.length, missed: 0, notices: told.length, untrue: 0, delays: [] };
  for (const span of truth) {
    const notice = told.find((candidate) => covers(candidate, span));
    if (notice === undefined) result.missed++;
    else result.delays.push(Math.max(0, notice.toldMs - span.from));
  }
  for (const notice of told) if (!truth.some((span) => notice.from + 1_000 > span.from && notice.from <= span.to)) result.untrue++;
  return result;
}
