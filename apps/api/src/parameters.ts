import type { StandardSchemaValidationPipeOptions } from '@nestjs/common';
import { z } from 'zod';
import { ApiError } from './errors.js';
import { nearest } from './nearest.js';

/** The schema of a query string or JSON body whose unknown names are an error that tells the nearest known one. */
export function parameters<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownName(issue.keys[0] ?? '', known) : 'give one JSON object with the parameters',
  });
}

function unknownName(name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const advice = guess === undefined ? `known are ${known.join(', ')}` : `did you mean ${guess}?`;
  return `there is no parameter "${name.slice(0, 64)}"; ${advice}`;
}

export function wholeNumber(range: { min: number; max: number; default: number }): z.ZodDefault<z.ZodCoercedNumber> {
  const message = `must be a whole number from ${range.min} to ${range.max}`;
  return z.coerce.number(message).int(message).min(range.min, message).max(range.max, message).default(range.default);
}

/** For `StandardSchemaValidationPipe`: the first thing that is wrong, in our error shape. */
export const exceptionFactory: NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']> = (issues) => {
  const [issue] = issues;
  const path = (issue?.path ?? []).map((segment) => String(typeof segment === 'object' ? segment.key : segment)).join('.');
  const message = issue?.message ?? 'the parameters are not valid';
  return path === '' ? new ApiError(400, 'parameter_unknown', message) : new ApiError(400, 'parameter_invalid', `${path} ${message}`);
};
