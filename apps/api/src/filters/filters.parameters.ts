import { z } from 'zod';
import { parameters } from '../parameters.js';

/** The longest line of the JSON door. */
const MAX_LINE = 1_048_576;

export const TestBody = parameters({
  line: z.string('must be a text').max(MAX_LINE, `must be at most ${MAX_LINE} characters`).optional().describe('as a program prints it'),
  fields: z
    .record(z.string(), z.unknown(), 'must be an object')
    .optional()
    .describe('beside the line, or instead of it: as a sender gives them'),
  tag: z.string('must be a text').max(256, 'must be at most 256 characters').default(''),
  filters: z
    .array(z.unknown(), 'must be a list of filters')
    .max(100, 'must be at most 100 filters')
    .optional()
    .describe('to be tried, as in a file (docs/privacy.md); those in force when absent'),
});
export type TestBody = z.output<typeof TestBody>;
