import type { SettledAs } from './lane.js';

/** One line of the delivery history. */
export interface DeliveryLine {
  readonly id: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: number;
  readonly result: SettledAs;
  /** For a person; empty when it was delivered. */
  readonly reason: string;
  readonly createdMs: number;
  readonly endedMs: number;
  /** Tries of this notice; 0 when it was never tried. */
  readonly attempts: number;
  /** Of the last try. */
  readonly latencyMs: number;
}

/** On the channel `delivered`, from whoever had the lane to the owner. */
export interface DeliveredMessage {
  readonly keys: readonly string[];
  readonly lines: readonly DeliveryLine[];
}

/** Lines kept, under `delivery/<slot>` in the checkpoint. */
export const MAX_LINES = 1_000;
export const DELIVERIES = 'delivery/';

export function slotKey(number: number): string {
  return `${DELIVERIES}${String(number % MAX_LINES).padStart(4, '0')}`;
}
