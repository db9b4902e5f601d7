/**
 * Microsoft Teams through a Workflow: one adaptive card. 28 KB a message by its documentation, 21 KB in practice; more
 * than 4 requests a second are throttled. The old connectors answered 200 and put the failure into the body.
 */
import type { Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { HttpReceiver } from '../http/http-receiver.js';
import type { HttpAnswer } from '../http/http-sender.js';
import type { Surroundings } from '../surroundings.js';
import { cutEscaped, fitting } from '../text/cut.js';
import { alertLines, hiddenLine } from '../text/lines.js';
import { linkOf, severityOf, shownAlerts, SHOWN_ALERTS, titleOf } from '../text/summary.js';

export const MAX_TEAMS_BYTES = 20 * 1_024;
const TITLE_RUNES = 500;
const LINE_RUNES = 1_000;
const URL_CHARACTERS = 2_048;

export interface TeamsSettings {
  readonly url: string;
}

export function openTeams(settings: TeamsSettings, around: Surroundings): HttpReceiver {
  return new HttpReceiver({
    kind: 'teams',
    sender: around.sender,
    render: (notification) => ({
      url: settings.url,
      headers: { 'content-type': 'application/json' },
      body: formatTeams(notification, around.externalUrl),
    }),
    judge: connectorFailure,
  });
}

function connectorFailure({ peer, body, status }: HttpAnswer): DeliveryError | undefined {
  const failed = /HTTP error (\d{3})/.exec(body);
  if (failed === null) return undefined;
  return new DeliveryError(`${peer} says that Teams answered ${failed[1]}`, { retryable: true, status });
}

export function formatTeams(notification: Notification, externalUrl: string): string {
  return fitting(
    SHOWN_ALERTS,
    (most) => render(notification, externalUrl, most),
    (body) => Buffer.byteLength(body) <= MAX_TEAMS_BYTES,
  );
}

function render(notification: Notification, externalUrl: string, most: number): string {
  const { shown, hidden } = shownAlerts(notification, most);
  const title = { ...block(titleOf(notification), TITLE_RUNES), weight: 'Bolder', size: 'Medium', color: colourName(notification) };
  const alerts = shown.map((alert) => ({
    type: 'Container',
    separator: true,
    items: alertLines(alert).map((line, index) => ({ ...block(line, LINE_RUNES), spacing: 'Small', isSubtle: index > 0 })),
  }));
  const link = linkOf(notification, externalUrl);
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [title, ...alerts, ...hiddenLine(hidden).map((line) => block(line, LINE_RUNES))],
    ...(/^https?:/.test(link) && link.length <= URL_CHARACTERS
      ? { actions: [{ type: 'Action.OpenUrl', title: 'Open in Logweir', url: link }] }
      : {}),
    msteams: { width: 'full' },
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
  return JSON.stringify({ type: 'message', attachments: [attachment] });
}

function block(text: string, limit: number): Readonly<Record<string, unknown>> {
  return { type: 'TextBlock', text: cutEscaped(text, limit, escapeTeams), wrap: true };
}

/** A TextBlock knows some Markdown, and functions in double braces. */
export function escapeTeams(rune: string): string {
  if (rune === '{') return '{\u200b';
  if (rune === '<') return '&lt;';
  return /[\\*_~`[\]()#>]/.test(rune) ? `\\${rune}` : rune;
}

function colourName(notification: Notification): string {
  if (notification.status === 'resolved') return 'Good';
  return ['info', 'warning', 'warn'].includes(severityOf(notification)) ? 'Warning' : 'Attention';
}
