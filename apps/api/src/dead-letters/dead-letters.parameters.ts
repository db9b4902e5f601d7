import { z } from 'zod';
import { parameters, wholeNumber } from '../parameters.js';

/** Each letter can be as large as a record, so pages are smaller than those of a search. */
const MAX_LIMIT = 200;
const MAX_TEXT = 512;

const type = z.string('must be one type').min(1, 'must not be empty').max(MAX_TEXT, `must have at most ${MAX_TEXT} characters`).optional();

export const ListParameters = parameters({
  limit: wholeNumber({ min: 1, max: MAX_LIMIT, default: 50 }),
  cursor: z
    .string('must be one cursor')
    .max(MAX_TEXT, 'must be next of an earlier answer')
    .optional()
    .describe('next of an earlier answer'),
  type: type.describe('only what was refused for this reason, for example document_parsing_exception'),
});
export type ListParameters = z.output<typeof ListParameters>;

export const ReplayBody = parameters({
  record: z.record(z.string(), z.unknown(), 'must be one record').optional().describe('the corrected record; the kept one when absent'),
}).optional();
export type ReplayBody = z.output<typeof ReplayBody>;

export const ReplayAllBody = parameters({
  type: type.describe('only what was refused for this reason; everything when absent'),
}).optional();
export type ReplayAllBody = z.output<typeof ReplayAllBody>;
