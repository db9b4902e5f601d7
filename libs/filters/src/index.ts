export { ACTIONS, PATTERNS, type Action, type Filter, type PatternName } from './filter.js';
export { Filters, type Dropped, type DropReason } from './filters.js';
export { nameOfFilter, readFilter } from './parse-filter.js';
export { parseFilters, type ParsedFilters } from './filter-file.js';
export { MAX_FILTERS, MAX_METRIC_NAMES } from './limits.js';
export { hashWith, type Hash } from './marks.js';
