export { CopiedDocuments, type CopiedDocumentsOptions, type Schedule } from './copy/copied-documents.js';
export type { DocumentIndex, IndexEntry } from './copy/document-index.js';
export type { Changes, Checkpoint, Document, Documents, DocumentsEvent, Finding, OpenedDocuments, Report } from './documents.js';
export { DocumentsError, type DocumentsErrorCode, FencedError, VersionConflictError } from './errors.js';
export { FileDocuments, type FileDocumentsOptions } from './files/file-documents.js';
export { type DocumentsOwner, type DocumentsPlace, openDocuments } from './open-documents.js';
export { RedisDocuments } from './redis/redis-documents.js';
export { Watched, type WatchedOptions } from './watched.js';
