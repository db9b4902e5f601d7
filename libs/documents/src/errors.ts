export type DocumentsErrorCode =
  'documents_invalid' | 'documents_limit' | 'documents_unavailable' | 'documents_unknown' | 'documents_write_failed' | 'documents_closed';

/** `documents_unavailable`: nothing was changed, try again; `documents_unknown`: it may have been, so read before trying again. */
export class DocumentsError extends Error {
  constructor(
    readonly code: DocumentsErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a put or remove found instead of the version it expected; 0: nothing. */
export class VersionConflictError extends Error {
  readonly code = 'version_conflict';
  constructor(
    readonly collection: string,
    readonly id: string,
    readonly found: number,
  ) {
    super(found === 0 ? `${collection}/${id} is not there (any more)` : `${collection}/${id} is at version ${found} by now: read it again`);
  }
}

/** Somebody with a higher fencing number has taken over. */
export class FencedError extends Error {
  readonly code = 'fenced';
}

export function fenced(name: string, fence: number, found: number): FencedError {
  return new FencedError(
    `checkpoint ${name}: fencing number ${fence} is out of date, ${found} has claimed it: read it again and claim a higher one`,
  );
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
