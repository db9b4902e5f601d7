import { z } from 'zod';
import { parameters, wholeNumber } from '../parameters.js';

/** All that is kept fits into two answers. */
const MAX_LIMIT = 1_000;

export const AuditParameters = parameters({
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, default: 100 }),
  before: z.iso
    .datetime({ offset: true, error: 'must be a time as in `at`' })
    .optional()
    .describe('only what is older: `at` of the last one seen'),
});
export type AuditParameters = z.output<typeof AuditParameters>;
