import { z } from 'zod';
import { fields, question } from '../logs/logs.parameters.js';
import { parameters } from '../parameters.js';

/** Of a name: one line of a menu, also in languages with long words. */
const MAX_NAME = 128;

export const SavedSearchBody = parameters({
  name: z
    .string('must be one text')
    .trim()
    .min(1, 'must have at least one character')
    .max(MAX_NAME, `must have at most ${MAX_NAME} characters`),
  q: question.q,
  filter: question.filter,
  from: question.from.describe('as it is typed: now-15m goes on meaning that'),
  to: question.to.describe('as it is typed'),
  columns: fields.default([]).describe('names of the fields that are shown'),
});
export type SavedSearchBody = z.output<typeof SavedSearchBody>;
