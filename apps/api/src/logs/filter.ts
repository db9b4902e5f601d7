import { parseQuery, type Query } from '#libs/query';
import { ApiError } from '../errors.js';

/**
 * `q` and the exact `field:value` filters of facet clicks become one query. The filters are quoted here, so no value
 * can change the meaning of the rest. Throws `QueryError` with positions as in `q`, or `ApiError` for a filter.
 */
export function composeQuery(q: string, filters: readonly string[]): Query {
  const query = parseQuery(q);
  if (filters.length === 0) return query;
  const terms = filters.map(quoteFilter);
  return parseQuery(q.trim() === '' ? terms.join(' and ') : `(${q}) and ${terms.join(' and ')}`);
}

const FILTER = /^([^:\s]{1,256}):([^]*)$/;

function quoteFilter(filter: string): string {
  const [, field, value] = FILTER.exec(filter) ?? [];
  if (field === undefined || value === undefined || value === '') {
    throw new ApiError(400, 'parameter_invalid', `filter: "${filter.slice(0, 100)}" is not field:value`, {
      hint: 'for example filter=level:error',
    });
  }
  return `${escape(field, /[\\(){}<>"*:]/g)}:"${escape(value, /[\\"]/g)}"`;
}

function escape(text: string, specials: RegExp): string {
  return text.replace(specials, '\\$&');
}
