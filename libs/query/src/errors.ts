export type QueryErrorCode =
  'query_too_long' | 'query_too_deep' | 'query_too_many_clauses' | 'query_syntax' | 'query_value' | 'query_field' | 'query_regex';

/** What a person typed cannot be understood: where it went wrong, and what to write instead. */
export class QueryError extends Error {
  override readonly name = 'QueryError';

  constructor(
    /** Stable, for programs. */
    readonly code: QueryErrorCode,
    message: string,
    /** UTF-16 offset into the query text, from 0. */
    readonly position: number,
    /** What to write instead; empty when there is nothing better to say than the message. */
    readonly hint: string = '',
  ) {
    super(message);
  }
}
