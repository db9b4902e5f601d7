import type { Notification } from '#libs/alerts';

/** What went wrong, in at most 300 characters and without a secret. */
export class DeliveryError extends Error {
  readonly code = 'delivery_failed';
  constructor(
    reason: string,
    readonly options: {
      /** False: trying again cannot help (most 4xx); the notice is given up with a line in the history. */
      readonly retryable: boolean;
      /** What the other side asked for (Retry-After). */
      readonly retryAfterMs?: number;
      /** 410: the endpoint is switched off. */
      readonly gone?: boolean;
      readonly status?: number;
    },
  ) {
    super(reason.slice(0, 300));
  }
}

export interface Delivered {
  readonly status: number;
  readonly latencyMs: number;
}

/**
 * One endpoint. MUST send nothing twice by itself; MUST keep the service's limits by cutting, never refuse for length;
 * MUST end within its timeout or when `signal` aborts; MUST throw DeliveryError only.
 */
export interface Receiver {
  readonly kind: string;
  send(notification: Notification, signal: AbortSignal): Promise<Delivered>;
  close(): Promise<void>;
}
