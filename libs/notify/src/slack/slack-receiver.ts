/**
 * Slack's incoming webhooks: one attachment with a coloured bar and blocks. Success is 200 and a body of exactly `ok`.
 * A section takes 3 000 characters, a message 50 blocks; about 13 200 characters in all already gave `msg_blocks_too_long`.
 */
import type { Notification } from '#libs/alerts';
import { garbage, HttpReceiver } from '../http/http-receiver.js';
import type { Surroundings } from '../surroundings.js';
import { cutEscaped, fitting } from '../text/cut.js';
import { hiddenLine } from '../text/lines.js';
import { colourOf, linkOf, shownAlerts, SHOWN_ALERTS, titleOf, type AlertSummary } from '../text/summary.js';

/** A section is a heading with its link, or an alert: with these parts both stay below 3 000. */
const TITLE_CHARACTERS = 1_024;
const LINK_CHARACTERS = 1_500;
const MESSAGE_CHARACTERS = 12_000;
const TEXT_CHARACTERS = 600;
const LABELS_CHARACTERS = 500;
const SAMPLE_CHARACTERS = 300;

export interface SlackSettings {
  readonly url: string;
}

export function openSlack(settings: SlackSettings, around: Surroundings): HttpReceiver {
  return new HttpReceiver({
    kind: 'slack',
    sender: around.sender,
    render: (notification) => ({
      url: settings.url,
      headers: { 'content-type': 'application/json' },
      body: formatSlack(notification, around.externalUrl),
    }),
    judge: (answer) => (answer.status === 200 && answer.body.trim() === 'ok' ? undefined : garbage(answer, '`ok`')),
  });
}

export function formatSlack(notification: Notification, externalUrl: string): string {
  return fitting(
    SHOWN_ALERTS,
    (most) => render(notification, externalUrl, most),
    (body) => body.length <= MESSAGE_CHARACTERS,
  );
}

function render(notification: Notification, externalUrl: string, most: number): string {
  const title = titleOf(notification);
  const { shown, hidden } = shownAlerts(notification, most);
  const sections = [heading(title, linkOf(notification, externalUrl)), ...shown.map(formatAlert), ...hiddenLine(hidden)];
  const blocks = sections.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text } }));
  const color = `#${colourOf(notification).toString(16).padStart(6, '0')}`;
  const fallback = cut(title, TITLE_CHARACTERS);
  return JSON.stringify({ text: fallback, attachments: [{ color, fallback, blocks }] });
}

/** A link's address may hold no `|` or `>`: they end it. */
function heading(title: string, link: string): string {
  const name = cut(title, TITLE_CHARACTERS);
  const address = link.replace(/[|<>]/g, encodeURIComponent).replaceAll('&', '&amp;');
  if (!/^https?:/.test(link) || address.length > LINK_CHARACTERS) return `*${name}*`;
  return `*<${address}|${name}>*`;
}

function formatAlert(alert: AlertSummary): string {
  const samples = alert.samples.map((sample) => cutEscaped(sample, SAMPLE_CHARACTERS, escapeCode)).join('\n');
  return [
    `${alert.resolved ? ':white_check_mark: ' : ''}*${cut(alert.title, TEXT_CHARACTERS)}*`,
    cut(alert.text, TEXT_CHARACTERS),
    cut([...alert.labels, ...alert.values].join(', '), LABELS_CHARACTERS),
    alert.folded > 0 ? `${alert.folded} more like it since the last notice` : '',
    samples === '' ? '' : `\`\`\`${samples}\`\`\``,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Slack's three control characters; without `<` there is no mention and no link. */
export function escapeSlack(rune: string): string {
  if (rune === '&') return '&amp;';
  if (rune === '<') return '&lt;';
  return rune === '>' ? '&gt;' : rune;
}

/** Inside ``` nothing may end it. */
const escapeCode = (rune: string): string => (rune === '`' ? "'" : escapeSlack(rune));

const cut = (text: string, limit: number): string => cutEscaped(text, limit, escapeSlack);
