import type { AccessCode } from '#libs/access';

/**
 * Every answer that is not a success has the body `{error: {code, message, position?, hint?, problems?}}`. Codes are stable and never
 * reused; messages are for people and may change.
 */
export type ErrorCode =
  | AccessCode
  | 'alert_not_found'
  | 'alerting_elsewhere'
  | 'alerting_unavailable'
  | 'alerts_invalid'
  | 'body_invalid'
  | 'body_too_large'
  | 'confirmation_invalid'
  | 'container_ambiguous'
  | 'container_not_found'
  | 'cursor_invalid'
  | 'dead_letter_not_found'
  | 'dead_letters_elsewhere'
  | 'deletion_not_found'
  | 'deletion_running'
  | 'exports_busy'
  | 'filter_invalid'
  | 'id_invalid'
  | 'internal'
  | 'matcher_invalid'
  | 'parameter_invalid'
  | 'parameter_unknown'
  | 'previews_busy'
  | 'query_refused'
  | 'receiver_failed'
  | 'receiver_invalid'
  | 'receiver_limit'
  | 'receiver_not_found'
  | 'receiver_read_only'
  | 'record_not_found'
  | 'replay_refused'
  | 'request_invalid'
  | 'route_not_found'
  | 'rule_exists'
  | 'rule_invalid'
  | 'rule_limit'
  | 'rule_not_found'
  | 'rule_read_only'
  | 'saved_search_limit'
  | 'saved_search_not_found'
  | 'saved_searches_elsewhere'
  | 'saved_searches_unavailable'
  | 'search_timeout'
  | 'searches_busy'
  | 'silence_invalid'
  | 'silence_limit'
  | 'silence_not_found'
  | 'store_failed'
  | 'store_unavailable'
  | 'streams_busy'
  | 'tails_busy'
  | 'tails_elsewhere'
  | 'version_conflict';

export interface Problem {
  /** `count.over`; empty when it is about the whole. */
  readonly field: string;
  /** For a person. */
  readonly message: string;
  /** Offset in the text that stands in the field, in characters. */
  readonly position?: number;
}

export interface ErrorDetails {
  /** What to do. */
  readonly hint?: string;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each thing that is wrong, when there can be several. */
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly hint: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly problems: readonly Problem[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.problems = details.problems;
    this.headers = details.headers ?? {};
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
    readonly problems?: readonly Problem[];
  };
}

export function errorAnswer(error: {
  code: string;
  message: string;
  position?: number | undefined;
  hint?: string | undefined;
  problems?: readonly Problem[] | undefined;
}): ErrorAnswer {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.position === undefined ? {} : { position: error.position }),
      ...(error.hint === undefined || error.hint === '' ? {} : { hint: error.hint }),
      ...(error.problems === undefined ? {} : { problems: error.problems }),
    },
  };
}
