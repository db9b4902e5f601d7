export type CoordinationErrorCode =
  'coordination_unavailable' | 'coordination_settings' | 'coordination_job' | 'coordination_message' | 'coordination_closed';

/** What cannot be shared with the other processes now. `code` is stable; the message says what, where and what to do. */
export class CoordinationError extends Error {
  override readonly name = 'CoordinationError';

  constructor(
    readonly code: CoordinationErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
