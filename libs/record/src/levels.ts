/**
 * Levels. Everything from the wild becomes one of six words (`log.level`) and one number (`event.severity`, the
 * OpenTelemetry severity). Which scale a bare number is on is decided by the field it stands in and its size:
 *
 * | field                                   | numbers                                                              |
 * |-----------------------------------------|----------------------------------------------------------------------|
 * | `level`, `severity`, `lvl`, ...         | 0-7 syslog; 10-69 pino, bunyan; 100-600 Monolog (`level`), 100-800 Google (`severity`) |
 * | `severity_number`, `severityNumber`     | 1-24 OpenTelemetry                                                   |
 * | `loglevel`, `log_level`, `logLevel`     | 0-4: FATAL, ERROR, WARN, INFO, DEBUG                                 |
 * | `levelno`                               | Python: 10 debug ... 50 critical                                     |
 * | `PRIORITY`, `syslog.severity`           | 0-7 syslog                                                           |
 */
export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

/** OpenTelemetry severity numbers of `LEVELS`, in the same order. */
export const SEVERITIES = [1, 5, 9, 13, 17, 21] as const;

/** Index into `LEVELS` of "no level known". */
export const NO_LEVEL = -1;

export type Scale = 'level' | 'severity' | 'syslog' | 'otel' | 'ordinal' | 'python';

const [TRACE, DEBUG, INFO, WARN, ERROR, FATAL] = [0, 1, 2, 3, 4, 5];

const WORDS: readonly (readonly [number, string])[] = [
  [TRACE, 'trace trc verbose vrb vrbs finest finer silly all'],
  [DEBUG, 'debug dbg debg dbug fine'],
  [INFO, 'info inf information informational notice note log http success config'],
  [WARN, 'warn wrn warning wrng warnings'],
  [ERROR, 'error err eror errors severe fail failure'],
  [FATAL, 'fatal ftl critical crit crt panic dpanic alert emerg emergency'],
];

/** Single letters count only where a field is known to hold a level. */
const LETTERS: readonly (readonly [string, number])[] = [
  ['t', TRACE],
  ['v', TRACE],
  ['d', DEBUG],
  ['i', INFO],
  ['n', INFO],
  ['w', WARN],
  ['e', ERROR],
  ['f', FATAL],
  ['c', FATAL],
  ['a', FATAL],
];

const BY_WORD = new Map<string, number>();
const BY_RAW = new Map<string, number>();

for (const [level, words] of WORDS) {
  for (const word of words.split(' ')) {
    for (const form of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) {
      BY_WORD.set(form, level);
      BY_RAW.set(`"${form}"`, level);
    }
  }
}
for (const [letter, level] of LETTERS) {
  BY_RAW.set(`"${letter}"`, level);
  BY_RAW.set(`"${letter.toUpperCase()}"`, level);
}

/** Longest word looked at; longer text is no level. */
const MAX_WORD = 16;

/** Index into `LEVELS` of a word in any case (`WARN`, `Information`, `crit`), or `NO_LEVEL`. */
export function levelOfWord(word: string): number {
  const known = BY_WORD.get(word);
  if (known !== undefined) return known;
  return word.length > MAX_WORD ? NO_LEVEL : (BY_WORD.get(word.trim().toLowerCase()) ?? NO_LEVEL);
}

/** Like `levelOfWord` for a quoted JSON string out of a level field, where single letters and digits count too. */
export function levelOfRaw(raw: string, scale: Scale): number {
  const known = BY_RAW.get(raw);
  if (known !== undefined) return known;
  if (raw.length > MAX_WORD + 2) return NO_LEVEL;
  const word = raw.slice(1, -1).trim();
  if (/^\d{1,3}$/.test(word)) return levelOfNumber(Number(word), scale);
  return BY_RAW.get(`"${word.toLowerCase()}"`) ?? NO_LEVEL;
}

const SYSLOG = [FATAL, FATAL, FATAL, ERROR, WARN, INFO, INFO, DEBUG];
const ORDINAL = [FATAL, ERROR, WARN, INFO, DEBUG];
const MONOLOG: readonly (readonly [number, number])[] = [
  [500, FATAL],
  [400, ERROR],
  [300, WARN],
  [200, INFO],
  [100, DEBUG],
];
const GOOGLE: readonly (readonly [number, number])[] = [
  [600, FATAL],
  [500, ERROR],
  [400, WARN],
  [200, INFO],
  [100, DEBUG],
];

const OF_NUMBER: Readonly<Record<Scale, (value: number) => number>> = {
  level: (value) => bareNumber(value, MONOLOG),
  severity: (value) => bareNumber(value, GOOGLE),
  ordinal: (value) => ORDINAL[value] ?? bareNumber(value, MONOLOG),
  otel: (value) => (value >= 1 && value <= 24 ? (value - 1) >> 2 : NO_LEVEL),
  python: (value) => (value >= 10 && value < 60 ? Math.floor(value / 10) : NO_LEVEL),
  syslog: (value) => SYSLOG[value] ?? NO_LEVEL,
};

/** Index into `LEVELS` of a number on a scale, or `NO_LEVEL`. */
export function levelOfNumber(value: number, scale: Scale): number {
  return Number.isInteger(value) && value >= 0 ? OF_NUMBER[scale](value) : NO_LEVEL;
}

function bareNumber(value: number, hundreds: readonly (readonly [number, number])[]): number {
  if (value < 8) return SYSLOG[value] ?? NO_LEVEL;
  if (value >= 10 && value < 70) return Math.floor(value / 10) - 1;
  if (value < 100 || value > 800) return NO_LEVEL;
  return hundreds.find(([from]) => value >= from)?.[1] ?? NO_LEVEL;
}

/** Negative when `a` is less severe than `b`. Unknown words sort below all levels. */
export function compareLevels(a: string, b: string): number {
  return levelOfWord(a) - levelOfWord(b);
}
