import { z } from 'zod';
import { parameters, wholeNumber } from '../parameters.js';
import { MAX_CURSOR } from './cursor.js';

/** A page a person or a script can hold; more is read with the cursor. */
const MAX_LIMIT = 1_000;
/** More bars than a screen has room for tell nothing. */
const MAX_BUCKETS = 500;
/** Characters of `q`: fits with the other parameters in the 16 KiB that Node allows for a request's head. */
const MAX_QUERY = 8_192;
/** Longest name of a field: more than Elasticsearch's own limit of 512 levels would ever need in practice. */
const MAX_FIELD = 256;
/** Facet clicks add up, but nobody clicks more often; each costs a term of the query. */
const MAX_FILTERS = 50;
const MAX_FILTER = 2_048;
const MAX_FIELDS = 100;
/** One search must not hold a slot longer; a proxy in front gives up at 60 s as well. */
const MAX_TIMEOUT_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;

const text = (max: number, message: string) => z.string(message).max(max, `must have at most ${max} characters`);
const time = z
  .union([text(64, 'must be one time'), z.int('must be a text when it has more than 15 digits, to be exact')], 'must be one time')
  .transform(String)
  .optional();
const fieldName = text(MAX_FIELD, 'must be the name of a field').min(1, 'must be the name of a field');

export const question = {
  q: text(MAX_QUERY, 'must be one query').default('').describe('query language: docs/query-language.md; empty matches everything'),
  from: time.describe('inclusive: RFC 3339, epoch ms or ns, now-15m; default 15 minutes before to'),
  to: time.describe('exclusive: RFC 3339, epoch ms or ns, now+1d; default now'),
  filter: z
    .union([
      text(MAX_FILTER, 'must be field:value'),
      z.array(text(MAX_FILTER, 'must be field:value')).max(MAX_FILTERS, `can be given ${MAX_FILTERS} times`),
    ])
    .default([])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .describe('exact field:value, repeatable, all must match'),
  timeout: wholeNumber({ min: 1, max: MAX_TIMEOUT_MS, default: DEFAULT_TIMEOUT_MS }).describe('milliseconds'),
};

export const SearchParameters = parameters({
  ...question,
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, default: 100 }),
  order: z.enum(['asc', 'desc'], 'must be asc or desc').default('desc').describe('of time; desc is newest first'),
  fields: z
    .union([text(MAX_FIELD * MAX_FIELDS, 'must be names with commas between'), z.array(fieldName)])
    .transform((given) => (typeof given === 'string' ? given.split(',').map((name) => name.trim()) : given))
    .pipe(z.array(fieldName).max(MAX_FIELDS, `can name ${MAX_FIELDS} fields`))
    .optional()
    .describe('comma-separated; all fields when absent'),
  cursor: text(MAX_CURSOR, 'must be one cursor').optional().describe('next or prev of an earlier answer; its order and absolute times win'),
});
export type SearchParameters = z.output<typeof SearchParameters>;

export const HistogramParameters = parameters({
  ...question,
  by: fieldName.optional().describe('field to split the counts by, for example level'),
  buckets: wholeNumber({ min: 1, max: MAX_BUCKETS, default: 60 }).describe('at most about this many; the interval is a round one'),
});
export type HistogramParameters = z.output<typeof HistogramParameters>;
