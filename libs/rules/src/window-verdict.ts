import type { Comparator, ConditionRule, Threshold } from './rule.js';
import type { WindowView } from './window.js';

/**
 * What a window says: the condition holds; it has recovered; neither (between the two thresholds, or nothing can be said,
 * as the window is not complete yet or too small): an episode goes on, nothing begins; or there is no data, and the rule
 * fires on that.
 */
export type Verdict = 'holds' | 'recovers' | 'neither' | 'no_data';

export function compare({ comparator, value: limit }: Threshold, value: number): boolean {
  switch (comparator) {
    case 'at_least':
      return value >= limit;
    case 'above':
      return value > limit;
    case 'at_most':
      return value <= limit;
    case 'below':
      return value < limit;
  }
}

function isLow(comparator: Comparator): boolean {
  return comparator === 'at_most' || comparator === 'below';
}

/** How windows of one rule are judged. */
export class Judge {
  /** Seconds of one window. */
  readonly over: number;
  /** Seconds of event time that a verdict looks back. */
  readonly reach: number;
  /** Silence can make it true, so a verdict needs a complete window, on time that is certain to have passed. */
  readonly onSilence: boolean;
  /** A record alone can make it true, so a signal is enough. */
  readonly onRecords: boolean;
  /** Nothing but a record can make it true: quiet groups need not be looked at again. */
  readonly onlyRecords: boolean;
  /** A group without data still has a verdict of its own and is remembered. */
  readonly remembers: boolean;
  /** What an incomplete window has reached, the complete one has too. */
  readonly #growsOnly: boolean;

  constructor(private readonly rule: ConditionRule) {
    const { kind, threshold, direction = 'up', noData, overMs } = rule;
    const low = isLow(threshold.comparator) || kind === 'absence';
    this.over = Math.max(1, Math.round(overMs / 1_000));
    this.reach = kind === 'spike' ? 2 * this.over : this.over;
    this.onSilence = low || kind === 'spike' || noData === 'fire';
    this.onRecords = !low && !(kind === 'spike' && direction === 'down');
    this.#growsOnly = !low && (kind === 'count' || kind === 'rate' || kind === 'distinct');
    this.onlyRecords = this.#growsOnly && noData !== 'fire';
    this.remembers = this.onSilence;
  }

  /** The value that the threshold is compared with. */
  value(view: WindowView): number {
    switch (this.rule.kind) {
      case 'count':
      case 'absence':
      case 'distinct':
        return view.matches;
      case 'rate':
        return view.matches / this.over;
      case 'ratio':
        return view.whole === 0 ? 0 : view.matches / view.whole;
      case 'spike':
        return this.#factor(view);
    }
  }

  verdict(view: WindowView, complete: boolean): Verdict {
    if (this.onSilence && !complete) return this.#growsOnly && compare(this.rule.threshold, this.value(view)) ? 'holds' : 'neither';
    const empty = this.#verdictOfLittle(view);
    if (empty !== undefined) return empty;
    const value = this.value(view);
    if (compare(this.rule.threshold, value)) return 'holds';
    return compare(this.rule.recover.threshold, value) ? 'recovers' : 'neither';
  }

  /** Of a window whose end is not certain yet: what records alone say. */
  holdsEarly(view: WindowView, complete: boolean): boolean {
    if (this.rule.kind === 'spike' && !complete) return false;
    if (this.rule.kind === 'ratio' && view.whole < this.minTotal) return false;
    if (this.rule.kind !== 'spike') return compare(this.rule.threshold, this.value(view));
    return this.#isBigEnough(view) && compare(this.rule.threshold, view.matches / Math.max(1, view.before));
  }

  get minTotal(): number {
    return Math.max(1, this.rule.minTotal ?? 1);
  }

  /** Zero matches is a number for counts, and no number for a ratio; `ok` and `fire` say what silence means anyway. */
  #verdictOfLittle(view: WindowView): Verdict | undefined {
    const { kind, noData } = this.rule;
    if (kind === 'absence') return undefined;
    const isRatio = kind === 'ratio';
    if ((isRatio ? view.whole : view.matches + view.before) === 0) {
      if (noData === 'fire') return 'no_data';
      if (noData === 'ok') return 'recovers';
    }
    if (!isRatio || view.whole >= this.minTotal) return undefined;
    return noData === 'ok' ? 'recovers' : 'neither';
  }

  #isBigEnough({ matches, before }: WindowView): boolean {
    return Math.max(matches, before) >= Math.max(1, this.rule.minCount ?? 1);
  }

  /** How many times the other window; an empty one counts as one record, as nothing can be divided by zero. */
  #factor(view: WindowView): number {
    if (!this.#isBigEnough(view)) return 0;
    const up = view.matches / Math.max(1, view.before);
    const down = view.before / Math.max(1, view.matches);
    if (this.rule.direction === 'down') return down;
    return this.rule.direction === 'both' ? Math.max(up, down) : up;
  }
}
