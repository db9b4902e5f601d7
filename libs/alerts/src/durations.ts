/** Durations as Prometheus writes them: `5m`, `1h30m`, `500ms`, `0s`. */
import { AlertsError } from './errors.js';

const UNITS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const WHOLE = /^(?:(\d{1,9})y)?(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

/** Milliseconds. Throws AlertsError `duration_syntax`. */
export function parseDuration(text: string): number {
  const found = text === '' ? null : WHOLE.exec(text);
  if (text !== '0' && found === null) throw new AlertsError('duration_syntax', `"${text}" is not a duration: 30s, 5m, 1h30m, 500ms are`);
  return Object.values(UNITS).reduce((sum, unit, index) => sum + unit * Number(found?.[index + 1] ?? 0), 0);
}

/** The largest units that fit, `1h30m`; `0s` for nothing. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const [name, unit] of Object.entries(UNITS)) {
    if (name === 'y' || name === 'w') continue;
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${name}`;
    rest -= count * unit;
  }
  return text === '' ? '0s' : text;
}
