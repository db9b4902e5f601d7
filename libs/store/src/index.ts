export { DuckDbStore } from './duckdb/duckdb-store.js';
export type { DuckDbStoreOptions } from './duckdb/duckdb-store.js';
export type { Maintenance, StoreReport } from './duckdb/protocol.js';
export { ElasticsearchDocumentCopy, type DocumentCopyOptions } from './elasticsearch/document-copy.js';
export { ElasticsearchStore } from './elasticsearch/elasticsearch-store.js';
export type { ElasticsearchOddity, ElasticsearchStoreOptions } from './elasticsearch/options.js';
export type { ElasticsearchProvisioning } from './elasticsearch/provisioning.js';
export { StoreError } from './errors.js';
export type { StoreErrorCode } from './errors.js';
export { COUNTED_VALUES, ValueCounts, type Facet, type FacetsRequest, type FacetsResult, type FacetValue } from './facets.js';
export { columnsOf, csvLine, EXPORT_FORMATS, lineWriter, type ExportChunk, type ExportFormat, type ExportRequest } from './export.js';
export { sampleFields, type FieldInfo, type FieldsRequest, type FieldsResult, type ValueType } from './fields.js';
export type { PatternCounts, PatternSample, PatternsRequest, PatternsResult } from './patterns.js';
export type {
  DeleteProgress,
  HistogramRequest,
  HistogramResult,
  LogDeleter,
  LogReader,
  LogStore,
  LogWriter,
  OrderKey,
  Rejection,
  SearchHit,
  SearchRequest,
  SearchResult,
  StoreHealth,
  StoredRecord,
  WriteBatch,
  WriteOutcome,
} from './log-store.js';
export { readRecords, selectRecords } from './write-batch.js';
export { examineStore, installTemplates, openDocumentCopy, openProvisioning, openStore, patternOf } from './open-store.js';
export type { OpenStore, StoreSettings } from './open-store.js';
export type { StoreOwner } from './store-owner.js';
