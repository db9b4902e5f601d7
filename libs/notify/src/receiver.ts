import type { Notification } from '#libs/alerts';

export interface Delivered {
  /** The other side's answer: an HTTP or SMTP code. */
  readonly status: number;
  readonly latencyMs: number;
}

/**
 * One endpoint. MUST send nothing twice by itself; MUST keep the service's limits by cutting, never refuse for length;
 * MUST end within its timeout or when `signal` aborts; MUST throw DeliveryError only; MUST make the same content from the
 * same notification, so that a repeat is a repeat.
 */
export interface Receiver {
  readonly kind: string;
  send(notification: Notification, signal: AbortSignal): Promise<Delivered>;
  close(): Promise<void>;
}
