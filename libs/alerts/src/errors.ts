export type AlertsErrorCode =
  'matcher_syntax' | 'matcher_regex' | 'silence_invalid' | 'silence_not_found' | 'silence_limit' | 'duration_syntax';

/** What a person or a program asked for cannot be: what is wrong, and what is allowed. */
export class AlertsError extends Error {
  override readonly name = 'AlertsError';
  constructor(
    /** Stable, for programs. */
    readonly code: AlertsErrorCode,
    message: string,
  ) {
    super(message);
  }
}
