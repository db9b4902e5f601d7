import { savedObject, type Reference, type SavedObject } from './saved-object.js';

/** Fixed: links and objects name it, and a second provisioning writes the same one again. */
export const DATA_VIEW_ID = 'logweir';
export const TIME_FIELD = '@timestamp';

/** How a reference to it is named where a search stands. */
const SEARCH_REFERENCE = 'kibanaSavedObjectMeta.searchSourceJSON.index';

export const dataViewReference = (name: string): Reference => ({ name, type: 'index-pattern', id: DATA_VIEW_ID });

/** Numbers as people read them. */
const FORMATS = {
  'event.duration': {
    id: 'duration',
    params: { inputFormat: 'nanoseconds', outputFormat: 'humanizePrecise', outputPrecision: 1, useShortSuffix: true },
  },
  'http.response.body.bytes': { id: 'bytes' },
  // An identity: a separator of thousands would spoil it for copying.
  'process.pid': { id: 'string' },
};

/** `pattern` names the indices, such as `logs-logweir*`. Fields are read from the cluster by Kibana itself. */
export function dataView(pattern: string): SavedObject {
  return savedObject('index-pattern', DATA_VIEW_ID, {
    title: pattern,
    name: 'Logweir',
    timeFieldName: TIME_FIELD,
    fieldFormatMap: JSON.stringify(FORMATS),
    fields: '[]',
    fieldAttrs: '{}',
    runtimeFieldMap: '{}',
    sourceFilters: '[]',
    typeMeta: '{}',
  });
}

/** The part of a search or dashboard that says what it asks. */
export function searchSource(query: string): { readonly meta: { readonly searchSourceJSON: string }; readonly references: Reference[] } {
  const source = { query: { query, language: 'kuery' }, filter: [], indexRefName: SEARCH_REFERENCE };
  return { meta: { searchSourceJSON: JSON.stringify(source) }, references: [dataViewReference(SEARCH_REFERENCE)] };
}
