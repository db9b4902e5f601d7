/** What was found of one part: well, to be looked at, or broken. */
export interface Finding {
  readonly part: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  /** One line for a person. */
  readonly says: string;
  /** What to do; empty when there is nothing to do. */
  readonly advice: string;
}

/** Findings of one part. */
export interface Findings {
  ok(says: string): Finding;
  warn(says: string, advice: string): Finding;
  fail(says: string, advice: string): Finding;
}

export const findingsOf = (part: string): Findings => ({
  ok: (says) => ({ part, verdict: 'ok', says, advice: '' }),
  warn: (says, advice) => ({ part, verdict: 'warn', says, advice }),
  fail: (says, advice) => ({ part, verdict: 'fail', says, advice }),
});

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}
