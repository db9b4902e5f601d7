import { HttpReceiver } from '../http/http-receiver.js';
import { authorisation, type Credentials } from '../http/credentials.js';
import type { HttpPost } from '../http/http-sender.js';
import type { Surroundings } from '../surroundings.js';
import type { Notification } from '#libs/alerts';
import { formatPayload } from './payload.js';
import { githubSignature, signatureHeaders } from './signature.js';

export interface WebhookSettings extends Credentials {
  readonly url: string;
  /** Standard Webhooks; several while they rotate. */
  readonly secrets: readonly string[];
  readonly githubSecret?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly maxAlerts: number;
}

export function openWebhook(settings: WebhookSettings, around: Surroundings): HttpReceiver {
  return new HttpReceiver({ kind: 'webhook', sender: around.sender, render: (notification) => render(notification, settings, around) });
}

function render(notification: Notification, settings: WebhookSettings, { externalUrl, links, now }: Surroundings): HttpPost {
  const body = formatPayload(notification, { externalUrl, links: links(notification), maxAlerts: settings.maxAlerts });
  const github = settings.githubSecret === undefined ? {} : { 'x-hub-signature-256': githubSignature(body, settings.githubSecret) };
  const signed = signatureHeaders({ id: notification.id, timestampSeconds: Math.floor(now() / 1_000), body }, settings.secrets);
  return {
    url: settings.url,
    headers: { ...settings.headers, ...authorisation(settings), 'content-type': 'application/json', ...github, ...signed },
    body,
  };
}
