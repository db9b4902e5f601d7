import { cutRunes } from './cut.js';
import type { AlertSummary } from './summary.js';

const TEXT_RUNES = 600;
const LABELS_RUNES = 400;
const SAMPLE_RUNES = 300;

/** One alert in short plain lines, each bounded, for receivers that mark nothing up inside it. */
export function alertLines(alert: AlertSummary): string[] {
  const state = alert.resolved ? 'Resolved: ' : '';
  return [
    cutRunes(`${state}${alert.title}`, TEXT_RUNES),
    cutRunes(alert.text, TEXT_RUNES),
    cutRunes(alert.labels.join(', '), LABELS_RUNES),
    cutRunes(alert.values.join(', '), LABELS_RUNES),
    alert.folded > 0 ? `${alert.folded} more like it since the last notice` : '',
    ...alert.samples.map((sample) => cutRunes(sample, SAMPLE_RUNES)),
  ].filter((line) => line !== '');
}

export function hiddenLine(hidden: number): string[] {
  return hidden === 0 ? [] : [`… and ${hidden} more ${hidden === 1 ? 'alert' : 'alerts'}`];
}
