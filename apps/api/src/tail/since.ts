import { parseInstant, NS_PER_MS } from '../logs/time.js';

const DURATION = /^(?:\d{1,9}(?:ms|[smhdw]))+$/;
const PART = /(\d+)(ms|[smhdw])/g;
const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** `5m`, `1h30m`, or a time as in `from`; nanoseconds since the epoch. Throws `ApiError`. */
export function parseSince(text: string, nowNs: bigint): bigint {
  const given = text.trim();
  if (!DURATION.test(given)) return parseInstant('since', given, nowNs);
  let ms = 0;
  for (const [, amount, unit = ''] of given.matchAll(PART)) ms += Number(amount) * (MS[unit] ?? 0);
  const ns = nowNs - BigInt(ms) * NS_PER_MS;
  return ns < 0n ? 0n : ns;
}
