export { FencedError, VersionConflictError } from './documents.js';
export type { Changes, Checkpoint, Document, Documents } from './documents.js';
