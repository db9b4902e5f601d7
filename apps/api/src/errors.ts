/**
 * Every answer that is not a success has the body `{error: {code, message, position?, hint?}}`. Codes are stable and never
 * reused; messages are for people and may change.
 */
export type ErrorCode =
  | 'body_invalid'
  | 'body_too_large'
  | 'content_type_required'
  | 'cursor_invalid'
  | 'dead_letter_not_found'
  | 'dead_letters_elsewhere'
  | 'host_refused'
  | 'id_invalid'
  | 'internal'
  | 'origin_refused'
  | 'parameter_invalid'
  | 'parameter_unknown'
  | 'query_refused'
  | 'record_not_found'
  | 'replay_refused'
  | 'request_invalid'
  | 'route_not_found'
  | 'search_timeout'
  | 'searches_busy'
  | 'store_failed'
  | 'store_unavailable';

export interface ErrorDetails {
  /** What to do. */
  readonly hint?: string;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The body of an error answer. */
export interface ErrorAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** Where in `q` it went wrong: offset in characters. */
    readonly position?: number;
    readonly hint?: string;
  };
}

export function errorAnswer(error: {
  code: string;
  message: string;
  position?: number | undefined;
  hint?: string | undefined;
}): ErrorAnswer {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.position === undefined ? {} : { position: error.position }),
      ...(error.hint === undefined || error.hint === '' ? {} : { hint: error.hint }),
    },
  };
}
