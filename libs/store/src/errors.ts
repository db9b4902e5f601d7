export type StoreErrorCode =
  | 'store_locked'
  | 'store_closed'
  | 'store_folder'
  | 'store_format'
  | 'store_unavailable'
  | 'store_timeout'
  | 'store_aborted'
  | 'store_query'
  | 'store_too_large'
  | 'store_internal';

/** A store that cannot answer. `code` is stable; the message says what, where and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    /** True when the same call may succeed later without anybody doing anything. */
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
