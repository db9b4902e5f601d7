import { z } from 'zod';
import { SearchParameters, question } from '../logs/logs.parameters.js';
import { parameters } from '../parameters.js';
import { MAX_RESUME } from './resume.js';

const text = (max: number, message: string) => z.string(message).max(max, `must have at most ${max} characters`);

export const TailParameters = parameters({
  q: question.q,
  filter: question.filter,
  since: text(64, 'must be a duration or one time')
    .optional()
    .describe('begin with what is there: 5m, 1h30m, or a time as in from; default now'),
  cursor: text(MAX_RESUME, 'must be one id')
    .optional()
    .describe('id of the last record that was seen; the header Last-Event-ID does the same'),
  fields: SearchParameters.shape.fields,
});
export type TailParameters = z.output<typeof TailParameters>;
