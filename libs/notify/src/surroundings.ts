import type { Notification } from '#libs/alerts';
import type { HttpSender } from './http/http-sender.js';
import type { AddressPolicy } from './network/address-policy.js';

/** What every kind of receiver is given besides its settings. */
export interface Surroundings {
  readonly sender: HttpSender;
  readonly policy: AddressPolicy;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** Where people reach Logweir. */
  readonly externalUrl: string;
  /** Links of a message by name, for instance `search`. */
  readonly links: (notification: Notification) => Readonly<Record<string, string>>;
}
