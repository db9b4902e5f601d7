export { DuckDbStore } from './duckdb/duckdb-store.js';
export type { DuckDbStoreOptions } from './duckdb/duckdb-store.js';
export type { Maintenance, StoreReport } from './duckdb/protocol.js';
export { StoreError } from './errors.js';
export type { StoreErrorCode } from './errors.js';
export type {
  HistogramRequest,
  HistogramResult,
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
