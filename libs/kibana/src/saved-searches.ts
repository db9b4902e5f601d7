import { searchSource, TIME_FIELD } from './data-view.js';
import { savedObject, type SavedObject } from './saved-object.js';

export const ERRORS_ID = 'logweir-errors';
export const ERRORS = 'log.level : ("error" or "fatal")';
/** Nanoseconds: a second. Fast enough that nobody waits is another matter for every service; people change it in the query. */
const SLOW = 'event.duration >= 1000000000';

interface SearchOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly query: string;
  readonly columns: readonly string[];
  readonly sort?: readonly [field: string, direction: 'asc' | 'desc'];
  readonly breakdownField: string;
}

function savedSearch({ id, title, description, query, columns, sort = [TIME_FIELD, 'desc'], breakdownField }: SearchOptions): SavedObject {
  const { meta, references } = searchSource(query);
  const attributes = {
    title,
    description,
    columns,
    sort: [sort],
    breakdownField,
    grid: {},
    hideChart: false,
    isTextBasedQuery: false,
    timeRestore: false,
    kibanaSavedObjectMeta: meta,
  };
  return savedObject('search', id, attributes, references);
}

export function savedSearches(): readonly SavedObject[] {
  return [
    savedSearch({
      id: ERRORS_ID,
      title: 'Logweir: errors',
      description: 'Records of level error and fatal, newest first.',
      query: ERRORS,
      columns: ['log.level', 'service.name', 'container.name', 'message'],
      breakdownField: 'service.name',
    }),
    savedSearch({
      id: 'logweir-service',
      title: 'Logweir: one service',
      description: 'Write the service instead of the star, such as service.name : "checkout".',
      query: 'service.name : *',
      columns: ['log.level', 'container.name', 'message'],
      breakdownField: 'log.level',
    }),
    savedSearch({
      id: 'logweir-slow-requests',
      title: 'Logweir: slow requests',
      description: 'Requests that took a second or longer, slowest first. event.duration counts nanoseconds.',
      query: SLOW,
      columns: ['event.duration', 'service.name', 'http.request.method', 'url.path', 'http.response.status_code', 'message'],
      sort: ['event.duration', 'desc'],
      breakdownField: 'service.name',
    }),
  ];
}
