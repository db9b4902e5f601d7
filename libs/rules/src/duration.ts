const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const STEP = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** Milliseconds of `10s`, `5m`, `1h30m`; undefined when it is none. A bare number is refused, as nobody can tell its unit; `0` is 0. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(STEP)) ms += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return Number.isSafeInteger(Math.round(ms)) ? Math.round(ms) : undefined;
}

/** `1h30m`; `0s` for nothing. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const amount = Math.floor(rest / (UNITS[unit] ?? 1));
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * (UNITS[unit] ?? 1);
  }
  return text === '' ? '0s' : text;
}
