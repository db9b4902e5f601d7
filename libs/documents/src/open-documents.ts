import type { DocumentIndex } from './copy/document-index.js';
import { CopiedDocuments, type Schedule } from './copy/copied-documents.js';
import type { OpenedDocuments, Report } from './documents.js';
import { FileDocuments } from './files/file-documents.js';
import { RedisDocuments } from './redis/redis-documents.js';

export type DocumentsPlace =
  | { readonly kind: 'files'; readonly dir: string }
  /** All processes that share it must have the same prefix, and all or none a copy. */
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string; readonly copy?: DocumentIndex };

export interface DocumentsOwner {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly report: Report;
  /** setTimeout when absent. */
  readonly schedule?: Schedule;
}

/** Rejects when a folder cannot be used; a Redis that is away is a matter of `health`. */
export function openDocuments(place: DocumentsPlace, owner: DocumentsOwner): Promise<OpenedDocuments> {
  const { report } = owner;
  if (place.kind === 'files') return FileDocuments.open({ dir: place.dir, report });
  const { url, prefix, copy } = place;
  if (copy === undefined) return RedisDocuments.open({ url, prefix, report });
  return CopiedDocuments.open({ url, prefix, copy, schedule: afterTimeout, ...owner });
}

const afterTimeout: Schedule = (run, afterMs) => {
  const timer = setTimeout(run, afterMs);
  return () => clearTimeout(timer);
};
