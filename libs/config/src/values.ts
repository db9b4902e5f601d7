/** How a setting's text is read: sizes, durations, lists, ports. Each says what is allowed when it does not fit. */
import { z } from 'zod';

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

function quantity(units: Readonly<Record<string, number>>, allowed: string, min: number, max: number) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(String(value).trim());
    const unit = units[(match?.[2] ?? '').toLowerCase()];
    const amount = Math.round(Number(match?.[1]) * (unit ?? NaN));
    if (amount >= min && amount <= max) return amount;
    context.addIssue(allowed);
    return z.NEVER;
  });
}

/** Bytes: `512MiB`, `64MB`, `1048576`. */
export function bytes(min: number, max = Number.MAX_SAFE_INTEGER) {
  return quantity(SIZE_UNITS, `a size of at least ${min} bytes such as 64MiB or 8GB`, min, max);
}

/** Milliseconds: `500ms`, `10m`, `14d`; a bare number is refused, as nobody can tell its unit. */
export function duration(minMs: number, maxMs: number) {
  return quantity(DURATION_UNITS, `a duration with its unit such as 500ms, 30s, 10m or 2h, from ${minMs} to ${maxMs} ms`, minMs, maxMs);
}

export function integer(min: number, max: number) {
  return z.coerce
    .number(`a whole number from ${min} to ${max}`)
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, `a whole number from ${min} to ${max}`);
}

export const PORT = integer(0, 65_535);

/** A door that may be shut. */
export const DOOR = z.union([z.string(), z.number(), z.boolean()]).transform((value, context): number | 'off' => {
  if (value === 'off' || value === false) return 'off';
  const port = PORT.safeParse(value === '' ? NaN : value);
  if (port.success) return port.data;
  context.addIssue('a port from 0 (a free one) to 65535, or off');
  return z.NEVER;
});

export const SWITCH = z.union([z.boolean(), z.string()]).transform((value, context): boolean => {
  const text = String(value).toLowerCase();
  if (['true', 'on', 'yes', '1'].includes(text)) return true;
  if (['false', 'off', 'no', '0'].includes(text)) return false;
  context.addIssue('true or false');
  return z.NEVER;
});

export const TEXT = z.string().trim().min(1, 'a text that is not empty');
export const OPTIONAL_TEXT = z.string().trim().default('');

/** Certificates as text; that they can be read is found out where they are used. */
export const PEM = OPTIONAL_TEXT.refine(
  (value) => value === '' || /^-----BEGIN CERTIFICATE-----$/m.test(value),
  'a PEM text with BEGIN CERTIFICATE',
);

const DATE = /^(yyyy|MM|dd)[._-](?!\1)(yyyy|MM|dd)[._-](?!\1|\2)(yyyy|MM|dd)$/;

/**
 * Elasticsearch matches by stars only, so the separators in and before the day are what keeps the indices of others out.
 * Empty: none.
 */
export const INDEX_PATTERN = OPTIONAL_TEXT.refine((value) => {
  const groups = [...value.matchAll(/\{([^{}]*)\}/g)].flatMap(([, group]) => (group === 'namespace' ? [] : [group ?? '']));
  const isNamed = /^[a-z0-9][a-z0-9._-]*[._-]\{[^{}]*\}[a-z0-9._-]*$/.test(value.replaceAll('{namespace}', 'n'));
  return value === '' || (isNamed && value.length <= 150 && groups.length === 1 && DATE.test(groups[0] ?? ''));
}, 'an index name with its UTC day in braces, such as docker-logs-{yyyy.MM.dd}: yyyy, MM and dd each once, with ., - or _ between and before them, {namespace} before that if wanted, else lower-case letters, digits, ., - and _');

/** Fluentd's words for the whole tag and its parts. */
export const DATASETS = z
  .string()
  .trim()
  .regex(/^(off|tag|tag\[[0-9]\])$/, 'off, tag, or a part of the tag from tag[0] to tag[9]');

export const REPLICAS = z.union([z.string(), z.number()]).transform((value, context): number | 'auto' => {
  const copies = integer(0, 9).safeParse(value === '' ? NaN : value);
  if (value === 'auto') return 'auto';
  if (copies.success) return copies.data;
  context.addIssue('auto, or a number from 0 to 9');
  return z.NEVER;
});

/** A YAML list, or a text with commas. */
export function list<T extends z.ZodType<unknown, unknown>>(item: T) {
  const split = z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .transform((value) =>
      (Array.isArray(value) ? value : String(value).split(',')).map((entry) => String(entry).trim()).filter((entry) => entry !== ''),
    );
  return split.pipe(z.array(z.preprocess((value: string) => value, item)));
}

export const HTTP_URL = z
  .string()
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'a URL such as http://127.0.0.1:9200');

export const OPTIONAL_URL = z
  .string()
  .trim()
  .default('')
  .refine((value) => value === '' || HTTP_URL.safeParse(value).success, 'a URL such as http://127.0.0.1:5601');

/** Scheme, host and port of a page, as browsers send it. */
export const ORIGIN = z
  .string()
  .refine((value) => URL.canParse(value) && new URL(value).origin === value, 'an origin such as https://dash.example.com');

export const REDIS_URL = z
  .string()
  .default('')
  .refine(
    (value) => value === '' || (URL.canParse(value) && /^rediss?:$/.test(new URL(value).protocol)),
    'a URL such as redis://127.0.0.1:6379',
  );

export const ZONE = z.string().refine((value) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'an IANA time zone such as UTC, Europe/Berlin or Asia/Seoul');
