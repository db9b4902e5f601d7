import { z } from 'zod';
import { question } from '../logs/logs.parameters.js';
import { parameters } from '../parameters.js';

const flag = z
  .enum(['true', 'false', '1', '0'], 'must be 1, 0, true or false')
  .default('false')
  .transform((given) => given === 'true' || given === '1');
/** The longest form, RFC 3339 with nine decimals and an offset, has 35 characters. */
const time = z.string('must be one time').max(64, 'must be one time').optional();
const tailMessage = 'must be all, or a whole number of lines';

export const ContainersParameters = parameters({
  from: question.from.describe('inclusive: RFC 3339, epoch ms or ns, now-15m; default everything that is kept'),
  to: question.to,
  timeout: question.timeout,
});
export type ContainersParameters = z.output<typeof ContainersParameters>;

export const ContainerLogsParameters = parameters({
  since: time.describe('inclusive, as docker logs: 10s, 1m30s, RFC 3339 (without a zone UTC), seconds since the epoch'),
  until: time.describe('inclusive, in the same forms'),
  tail: z
    .union([z.literal('all'), z.coerce.number(tailMessage).int(tailMessage).min(0, tailMessage)], tailMessage)
    .default('all')
    .describe('so many lines from the end, or all'),
  timestamps: flag.describe('puts the time before every line, as docker logs -t'),
  follow: flag.describe('goes on with what comes, until the client ends it'),
  stream: z.enum(['stdout', 'stderr'], 'must be stdout or stderr').optional().describe('only this one; both when absent'),
});
export type ContainerLogsParameters = z.output<typeof ContainerLogsParameters>;
