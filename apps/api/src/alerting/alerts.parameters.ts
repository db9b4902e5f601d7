import { z } from 'zod';
import { parameters, wholeNumber } from '../parameters.js';

const MAX_FILTER = 2_048;
const MAX_FILTERS = 50;
const MAX_NAME = 256;
const MAX_COMMENT = 4_096;
/** Episodes that are kept. */
const MAX_HISTORY = 1_000;
/** Each may have five samples. */
const MAX_ALERTS = 10_000;

const filterText = z.string('must be name="value"').max(MAX_FILTER, `must have at most ${MAX_FILTER} characters`);
const text = (max: number) => z.string('must be one text').max(max, `must have at most ${max} characters`);

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('true')
  .transform((given) => given === 'true');

const matcherFilter = z
  .union([filterText, z.array(filterText).max(MAX_FILTERS, `can be given ${MAX_FILTERS} times`)])
  .default([])
  .transform((given) => (typeof given === 'string' ? [given] : given))
  .describe('matchers as severity="critical", repeatable, all must match');

const shown = {
  active: flag.describe('false leaves them out'),
  silenced: flag.describe('false leaves them out, acknowledged ones too'),
  inhibited: flag.describe('false leaves them out'),
  unprocessed: flag.describe('false leaves those out that wait for their groupWait'),
  filter: matcherFilter,
  receiver: text(MAX_NAME).optional().describe('a pattern of names of receivers'),
};

export const AlertParameters = parameters({ ...shown, limit: wholeNumber({ min: 1, max: MAX_ALERTS, default: 1_000 }) });
export type AlertParameters = z.output<typeof AlertParameters>;

/** Of `/api/v2`: what is unknown is passed over there, as Alertmanager does. */
export const AlertmanagerParameters = z.object({ ...shown, muted: flag.describe('false leaves them out') });
export type AlertmanagerParameters = z.output<typeof AlertmanagerParameters>;

export const FilterParameters = z.object({ filter: matcherFilter });
export type FilterParameters = z.output<typeof FilterParameters>;

export const HistoryParameters = parameters({
  limit: wholeNumber({ min: 1, max: MAX_HISTORY, default: 100 }),
  filter: matcherFilter,
});
export type HistoryParameters = z.output<typeof HistoryParameters>;

export const AcknowledgeBody = parameters({
  by: text(MAX_NAME).min(1, 'must say who').describe('who looks after it'),
  comment: text(MAX_COMMENT).default(''),
});
export type AcknowledgeBody = z.output<typeof AcknowledgeBody>;

export const NotificationParameters = parameters({
  receiver: text(MAX_NAME).optional().describe('only those to this receiver'),
  limit: wholeNumber({ min: 1, max: MAX_HISTORY, default: 100 }).describe('of pending and of history each'),
});
export type NotificationParameters = z.output<typeof NotificationParameters>;

/** What is wrong in it is told by its own reader. */
export const AnyBody = z.unknown();
