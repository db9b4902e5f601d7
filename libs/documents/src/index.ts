export type { Changes, Checkpoint, Document, Documents, DocumentsEvent, Report } from './documents.js';
export { DocumentsError, type DocumentsErrorCode, FencedError, VersionConflictError } from './errors.js';
export { FileDocuments, type FileDocumentsOptions } from './files/file-documents.js';
