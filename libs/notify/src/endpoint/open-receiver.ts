import type { Notification } from '#libs/alerts';
import { AlertmanagerReceiver } from '../alertmanager/alertmanager-receiver.js';
import { openDiscord } from '../discord/discord-receiver.js';
import { EmailReceiver } from '../email/email-receiver.js';
import { HttpSender } from '../http/http-sender.js';
import type { AddressPolicy } from '../network/address-policy.js';
import { openPagerDuty } from '../pagerduty/pagerduty-receiver.js';
import type { Receiver } from '../receiver.js';
import { openSlack } from '../slack/slack-receiver.js';
import type { Surroundings } from '../surroundings.js';
import { openTeams } from '../teams/teams-receiver.js';
import { linkOf } from '../text/summary.js';
import { openWebhook } from '../webhook/webhook-receiver.js';
import { secretsOf, type EndpointConfig } from './endpoint-config.js';

export interface ReceiverOptions {
  readonly policy: AddressPolicy;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** Where people reach Logweir; `externalURL` of payloads, links of messages. */
  readonly externalUrl: string;
  /** Of a webhook's body, by name, beside `search`, the records behind the first alert. */
  readonly links?: (notification: Notification) => Readonly<Record<string, string>>;
  /** Default: HTTP_TIMEOUT_MS. */
  readonly timeoutMs?: number;
}

export function openReceiver(endpoint: EndpointConfig, options: ReceiverOptions): Receiver {
  const { policy, now, externalUrl } = options;
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  const sender = new HttpSender({ policy, now, secrets: secretsOf(endpoint), ...timeout });
  const links = (notification: Notification) => ({ ...searchLink(notification, externalUrl), ...options.links?.(notification) });
  return open(endpoint, { sender, policy, now, externalUrl, links }, options.timeoutMs);
}

function open(endpoint: EndpointConfig, around: Surroundings, timeoutMs: number | undefined): Receiver {
  switch (endpoint.kind) {
    case 'webhook':
      return openWebhook(endpoint.settings, around);
    case 'slack':
      return openSlack(endpoint.settings, around);
    case 'discord':
      return openDiscord(endpoint.settings, around);
    case 'teams':
      return openTeams(endpoint.settings, around);
    case 'pagerduty':
      return openPagerDuty(endpoint.settings, around);
    case 'email':
      return new EmailReceiver(endpoint.settings, around, timeoutMs);
    case 'alertmanager':
      return new AlertmanagerReceiver(endpoint.settings, around);
  }
}

function searchLink(notification: Notification, externalUrl: string): Readonly<Record<string, string>> {
  const link = linkOf(notification, externalUrl);
  return link === '' ? {} : { search: link };
}
