import type { Phase } from './episode.js';
import type { Comparator, ConditionRule, Threshold } from './rule.js';
import type { Judge } from './window-verdict.js';
import type { WindowView } from './window.js';

export interface Standing {
  readonly rule: ConditionRule;
  readonly judge: Judge;
  readonly view: WindowView;
  readonly phase: Phase;
  /** Second since when. */
  readonly since: number;
  readonly second: number;
  readonly isComplete: boolean;
}

const WORDS: Readonly<Record<Comparator, string>> = { at_least: 'at least', above: 'more than', at_most: 'at most', below: 'fewer than' };

/** `1 h 5 m`, `20 s`. */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3_600), 'h'],
    [Math.floor((whole % 3_600) / 60), 'm'],
    [whole % 60, 's'],
  ];
  const shown = parts.flatMap(([count, unit]) => (count > 0 ? [`${count} ${unit}`] : []));
  return shown.length === 0 ? '0 s' : shown.join(' ');
}

/** Why one group fires or does not. */
export function whyNotFiring(standing: Standing): string {
  const { rule, phase, since, second, isComplete, judge } = standing;
  const gone = formatSpan(second - since);
  switch (phase) {
    case 'firing':
      return `firing for ${gone}: ${inWindow(standing)}`;
    case 'no_data':
      return `firing for ${gone} as there is no data, and no_data is fire`;
    case 'recovering':
      return `firing, recovering for ${gone} of ${formatSpan(rule.recover.forMs / 1_000)}: ${inWindow(standing)}`;
    case 'pending':
      return `pending for ${gone} of ${formatSpan(rule.forMs / 1_000)}: ${inWindow(standing)}`;
    case 'ok':
      return isComplete || !judge.onSilence
        ? inWindow(standing)
        : `its first window of ${formatSpan(judge.reach)} is not complete yet: ${inWindow(standing)}`;
  }
}

/** “window holds 3 of at least 10”. */
function inWindow({ rule, judge, view }: Standing): string {
  const limit = `${WORDS[rule.threshold.comparator]} ${shown(rule, rule.threshold)}`;
  switch (rule.kind) {
    case 'count':
    case 'absence':
      return `window holds ${view.matches} of ${limit}`;
    case 'distinct':
      return `window holds ${view.matches} distinct values of ${limit}`;
    case 'rate':
      return `window holds ${rounded(judge.value(view))}/s of ${limit}`;
    case 'ratio':
      if (view.whole < judge.minTotal) return `min_total ${judge.minTotal} not reached: ${view.whole}`;
      return `window holds ${rounded(judge.value(view) * 100)} % (${view.matches} of ${view.whole}) of ${limit}`;
    case 'spike':
      return `window holds ${view.matches} after ${view.before}: ${rounded(judge.value(view))} times of ${limit} times`;
  }
}

function shown(rule: ConditionRule, { value }: Threshold): string {
  if (rule.kind === 'ratio') return `${rounded(value * 100)} %`;
  return rule.kind === 'rate' ? `${rounded(value)}/s` : rounded(value);
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
