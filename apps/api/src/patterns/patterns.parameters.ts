import { z } from 'zod';
import { question } from '../logs/logs.parameters.js';
import { parameters, wholeNumber } from '../parameters.js';

/** Patterns on a page that a person looks through; each has a trend and two samples. */
const MAX_LIMIT = 200;

export const PatternsParameters = parameters({
  ...question,
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, default: 50 }),
  order: z
    .enum(['count', 'new'], 'must be count or new')
    .default('count')
    .describe('count: most records first; new: what was first seen last comes first, within the times of the question'),
});
export type PatternsParameters = z.output<typeof PatternsParameters>;
