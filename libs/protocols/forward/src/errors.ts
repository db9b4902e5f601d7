/** Stable codes, used as a metric label as well. */
export type ForwardErrorCode =
  | 'not_forward'
  | 'bad_frame'
  | 'bad_byte'
  | 'frame_too_large'
  | 'ping_expected'
  | 'bad_ping'
  | 'bad_json'
  | 'inflate_failed'
  | 'inflated_too_large';

/**
 * The bytes of this connection can no longer be trusted: it must be closed without acknowledging what it held.
 * The message says what was met, where, and what to do about it.
 */
export class ForwardError extends Error {
  override readonly name = 'ForwardError';
  /** Broken framing cannot be found again, so every error of this kind ends its connection. */
  readonly fatal = true;

  constructor(
    readonly code: ForwardErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
