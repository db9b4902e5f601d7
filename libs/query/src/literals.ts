/**
 * A number as all stores read one, also inside text: decimal, sign and exponent. Not `0x1F`, `1_000`, `NaN`. The same
 * pattern goes to DuckDB, so it stays within what RE2 and JavaScript share.
 */
export const NUMBER_PATTERN = '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$';

const NUMBER = new RegExp(NUMBER_PATTERN, 'u');
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))\s?([a-zµ]+)$/iu;

/** Nanoseconds, as `event.duration` counts. */
const DURATIONS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
  d: 86_400e9,
};

/** Bytes: `kb` is 1000 and `kib` 1024, as on disks and in VictoriaLogs. */
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** How an attribute's name tells its unit, in nanoseconds. */
const NAME_UNITS: readonly (readonly [ending: RegExp, nanoseconds: number])[] = [
  [/(?:_|\.|^)(?:ns|nanos|nanoseconds)$|Nanos$|Ns$/u, 1],
  [/(?:_|\.|^)(?:us|micros|microseconds)$|Micros$|Us$/u, 1e3],
  [/(?:_|\.|^)(?:ms|millis|milliseconds)$|Millis$|Ms$/u, 1e6],
  [/(?:_|\.|^)(?:s|sec|secs|seconds)$|Seconds$|Secs$/u, 1e9],
];

/** The number that a text is, if it is one; undefined also when it is too large for a double. */
export function parseNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A number, duration or size as the number that `field` holds: `1.5s` on `event.duration` is 1 500 000 000. */
export function parseQuantity(text: string, field: string): number | undefined {
  const plain = parseNumber(text);
  if (plain !== undefined) return plain;
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const amount = Number(match[1]);
  const unit = (match[2] ?? '').toLowerCase();
  const size = Object.hasOwn(SIZES, unit) ? SIZES[unit] : undefined;
  if (size !== undefined) return amount * size;
  const duration = Object.hasOwn(DURATIONS, unit) ? DURATIONS[unit] : undefined;
  const base = field === 'event.duration' ? 1 : NAME_UNITS.find(([ending]) => ending.test(field))?.[1];
  return duration === undefined || base === undefined ? undefined : (amount * duration) / base;
}
