import { z } from 'zod';
import { parameters, wholeNumber } from '../parameters.js';

/** A preview that takes longer asks too much at once; a proxy in front gives up at 60 s as well. */
const MAX_TIMEOUT_MS = 55_000;
const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIME = 64;

const versionMessage = 'must be the version of an earlier answer';
const time = z
  .union([z.string('must be one time').max(MAX_TIME, 'must be one time'), z.int('must be one time')])
  .transform(String)
  .optional();

export const ChangeParameters = parameters({
  version: z.coerce
    .number(versionMessage)
    .int(versionMessage)
    .min(0, versionMessage)
    .optional()
    .describe('of an earlier answer: 409 when somebody else changed it since; 0: there must be none'),
});
export type ChangeParameters = z.output<typeof ChangeParameters>;

/** What is wrong in it is told by the rule's own reader, all at once. */
export const RuleBody = z.unknown().describe('a rule as in a file: docs/alerting.md');

export const PreviewBody = parameters({
  rule: z.unknown().describe('as in a file: docs/alerting.md'),
  from: time.describe('inclusive: RFC 3339, epoch ms or ns, now-1h; default 15 minutes before to'),
  to: time.describe('exclusive; default now. At most 24 hours after from'),
  timeout: wholeNumber({ min: 1, max: MAX_TIMEOUT_MS, default: DEFAULT_TIMEOUT_MS }).describe('milliseconds'),
});
export type PreviewBody = z.output<typeof PreviewBody>;
