import { z } from 'zod';
import { EXPORT_FORMATS } from '#libs/store';
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
/** Characters typed so far: a pattern over four times as many fits in Elasticsearch's limit of 1 000. */
const MAX_PREFIX = 200;
/** More names than anybody scrolls through. */
const MAX_FIELD_NAMES = 1_000;
/** On each side of a record: more is read with a search from there on. */
const MAX_CONTEXT = 500;
/** Fields counted at once; each may cost the store a pass over what was found. */
const MAX_FACETS = 20;
/** Values in a list that a person picks from; what comes behind is counted together. */
const MAX_FACET_VALUES = 200;
/** One search must not hold a slot longer; a proxy in front gives up at 60 s as well. */
const MAX_TIMEOUT_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 10_000;

const text = (max: number, message: string) => z.string(message).max(max, `must have at most ${max} characters`);
const time = z
  .union([text(64, 'must be one time'), z.int('must be a text when it has more than 15 digits, to be exact')], 'must be one time')
  .transform(String)
  .optional();
const fieldName = text(MAX_FIELD, 'must be the name of a field').min(1, 'must be the name of a field');

const timeout = wholeNumber({ min: 1, max: MAX_TIMEOUT_MS, default: DEFAULT_TIMEOUT_MS }).describe('milliseconds');

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
  timeout,
};

const order = z.enum(['asc', 'desc'], 'must be asc or desc');

const fieldNames = (most: number) =>
  z
    .union([text(MAX_FIELD * most, 'must be names with commas between'), z.array(fieldName)])
    .transform((given) => (typeof given === 'string' ? given.split(',').map((name) => name.trim()) : given))
    .pipe(z.array(fieldName).max(most, `can name ${most} fields`));
export const fields = fieldNames(MAX_FIELDS);

export const SearchParameters = parameters({
  ...question,
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, default: 100 }),
  order: order.default('desc').describe('of time; desc is newest first'),
  fields: fields.optional().describe('comma-separated; all fields when absent'),
  cursor: text(MAX_CURSOR, 'must be one cursor').optional().describe('next or prev of an earlier answer; its order and absolute times win'),
});
export type SearchParameters = z.output<typeof SearchParameters>;

export const HistogramParameters = parameters({
  ...question,
  by: fieldName.optional().describe('field to split the counts by, for example level'),
  buckets: wholeNumber({ min: 1, max: MAX_BUCKETS, default: 60 }).describe('at most about this many; the interval is a round one'),
});
export type HistogramParameters = z.output<typeof HistogramParameters>;

export const FacetParameters = parameters({
  ...question,
  fields: fieldNames(MAX_FACETS).optional().describe('comma-separated; level, service, container, host and stream when absent'),
  limit: wholeNumber({ min: 1, max: MAX_FACET_VALUES, default: 10 }).describe('values in each list'),
});
export type FacetParameters = z.output<typeof FacetParameters>;

const scope = z.enum(['stream', 'service', 'all'], 'must be stream, service or all');
export type ContextScope = z.output<typeof scope>;

export const ContextParameters = parameters({
  before: wholeNumber({ min: 0, max: MAX_CONTEXT, default: 20 }).describe('records before it'),
  after: wholeNumber({ min: 0, max: MAX_CONTEXT, default: 20 }).describe('records behind it'),
  scope: scope
    .default('stream')
    .describe('of the same container and stream (without one: service and host), the same service, or everything'),
  fields: fields.optional().describe('of the records around it, comma-separated; all fields when absent'),
  timeout,
});
export type ContextParameters = z.output<typeof ContextParameters>;

const prefix = text(MAX_PREFIX, 'must be one text').default('');

export const FieldsParameters = parameters({
  ...question,
  prefix: prefix.describe('only fields whose name, short name or name without attributes. begins with it, in any case'),
  limit: wholeNumber({ min: 1, max: MAX_FIELD_NAMES, default: 200 }),
});
export type FieldsParameters = z.output<typeof FieldsParameters>;

export const ValuesParameters = parameters({
  ...question,
  prefix: prefix.describe('only values that begin with it, in any case'),
  limit: wholeNumber({ min: 1, max: MAX_FACET_VALUES, default: 20 }),
});
export type ValuesParameters = z.output<typeof ValuesParameters>;

const { timeout: _, ...matching } = question;

/** Without a limit of records or time: it goes on as long as somebody reads. */
export const ExportParameters = parameters({
  ...matching,
  format: z.enum(EXPORT_FORMATS, 'must be ndjson, csv or text').default('ndjson'),
  order: order.default('asc').describe('of time; asc is oldest first'),
  fields: fields.optional().describe('comma-separated; members of ndjson (all when absent) or columns of csv'),
});
export type ExportParameters = z.output<typeof ExportParameters>;
