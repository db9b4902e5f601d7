import { fieldOf, KNOWN_FIELDS } from '#libs/query';
import { ApiError } from '../errors.js';

/** The ECS name of a field whose values can be counted. Throws `ApiError` for one that has no values to count. */
export function countedField(typed: string): string {
  const { name, type } = fieldOf(typed);
  const reason = reasonAgainst(name, type);
  if (reason !== undefined) throw new ApiError(400, 'parameter_invalid', `${name} ${reason.message}`, { hint: reason.hint });
  return name;
}

interface Reason {
  readonly message: string;
  readonly hint: string;
}

function reasonAgainst(name: string, type: string): Reason | undefined {
  if (type === 'text') return { message: 'is text, nearly every record has another', hint: 'search it by words with q' };
  if (type === 'date') return { message: 'is a time', hint: '/api/v1/logs/histogram counts over time' };
  return objectField(name);
}

/** Why an object has no value of its own; undefined for any other field. */
export function objectField(name: string): Reason | undefined {
  if (!Object.hasOwn(KNOWN_FIELDS, name) || KNOWN_FIELDS[name]?.type !== 'flattened') return undefined;
  return { message: 'is an object', hint: `name one of its members, for example ${name}.team` };
}
