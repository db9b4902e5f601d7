/** A reason is shown in the history and in logs: one line, without a secret, never more than this. */
const MAX_REASON_CHARACTERS = 300;

export interface DeliveryFailure {
  /** False: trying again cannot help (most 4xx); the notice is given up with a line in the history. */
  readonly retryable: boolean;
  /** What the other side asked for (Retry-After). */
  readonly retryAfterMs?: number;
  /** 410: the endpoint is switched off. */
  readonly gone?: boolean;
  readonly status?: number;
  /**
   * True: the other side may have taken it all the same (the answer was lost, late or garbage). Absent: it has surely not,
   * because it said so or because nothing reached it.
   */
  readonly uncertain?: boolean;
}

/** What went wrong, in at most 300 characters and without a secret. */
export class DeliveryError extends Error {
  readonly code = 'delivery_failed';
  override readonly name = 'DeliveryError';

  constructor(
    reason: string,
    readonly options: DeliveryFailure,
  ) {
    super(reason.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, MAX_REASON_CHARACTERS));
  }
}

/** An address that the policy does not let receivers reach. */
export class DeniedAddressError extends Error {
  readonly code = 'address_denied';
  override readonly name = 'DeniedAddressError';
}

/** An entry in the list of allowed targets that cannot be understood. */
export class InvalidTargetError extends Error {
  readonly code = 'invalid_target';
  override readonly name = 'InvalidTargetError';
}
