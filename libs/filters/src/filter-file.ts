/** Filter files: see `parseListFile` of #libs/rules. */
import { parseListFile, type Problem } from '#libs/rules';
import type { Filter } from './filter.js';
import { MAX_FILTERS } from './limits.js';
import { type FilterRules, nameOfFilter, readFilter } from './parse-filter.js';

export interface ParsedFilters {
  readonly filters: readonly Filter[];
  readonly problems: readonly Problem[];
}

/** Never throws. */
export function parseFilters(text: string, { file, ...rules }: FilterRules & { readonly file: string }): ParsedFilters {
  const read = (value: unknown): ReturnType<typeof readFilter> => readFilter(value, rules);
  const { items, problems } = parseListFile<Filter>(text, { file, noun: 'filter', max: MAX_FILTERS, nameOf: nameOfFilter, read });
  return { filters: items, problems };
}
