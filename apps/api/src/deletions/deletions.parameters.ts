import { z } from 'zod';
import { question } from '../logs/logs.parameters.js';
import { parameters } from '../parameters.js';

/** Fits a token of `confirmation.ts` several times. */
const MAX_TOKEN = 1_024;

const time = z
  .union(
    [z.string().min(1).max(64), z.int('must be a text when it has more than 15 digits, to be exact')],
    'must be given: nothing is deleted without a range',
  )
  .transform(String);

/** Nothing has a default here: what is deleted has to be said. */
export const DeleteBody = parameters({
  q: question.q.unwrap().describe('query language, as in a search; an empty text means everything in the range'),
  filter: question.filter,
  from: time.describe('inclusive: RFC 3339, epoch ms or ns, now-15m'),
  to: time.describe('exclusive'),
  confirm: z
    .string('must be one token')
    .max(MAX_TOKEN, 'must be confirm of an earlier answer')
    .optional()
    .describe('of the answer that counted; without it records are counted only'),
});
export type DeleteBody = z.output<typeof DeleteBody>;
