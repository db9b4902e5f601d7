import type { Notification } from '#libs/alerts';
import { createHash } from 'node:crypto';
import { cutRunes, wellFormed } from '../text/cut.js';
import { alertLines, hiddenLine } from '../text/lines.js';
import { colourOf, linkOf, shownAlerts, titleOf } from '../text/summary.js';

/** Longer ones are cut by mail programs anyway, and some servers refuse lines above 998 octets. */
const SUBJECT_RUNES = 160;
/** A mail is read by scrolling: more alerts than in a chat, still bounded. */
const SHOWN_ALERTS = 30;

export interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for every try, so that a mail that came twice is one. */
  readonly messageId: string;
  /** One thread for a group. */
  readonly references: string;
}

export function formatMail(notification: Notification, externalUrl: string): MailText {
  const { shown, hidden } = shownAlerts(notification, SHOWN_ALERTS);
  const alerts = shown.map((alert) => ({ lines: alertLines(alert), link: alert.link }));
  const title = wellFormed(titleOf(notification));
  const link = linkOf(notification, externalUrl);
  const more = hiddenLine(hidden);
  return {
    subject: cutRunes(title.replace(/[\u0000-\u001f\u007f]+/g, ' '), SUBJECT_RUNES),
    text: [title, ...alerts.map(({ lines, link: search }) => [...lines, search].filter((line) => line !== '').join('\n')), ...more].join(
      '\n\n',
    ),
    html: page(title, colourOf(notification), [
      ...alerts.map(({ lines, link: search }) => alertHtml(lines, search)),
      ...more.map(paragraph),
      anchor(link),
    ]),
    messageId: `<${notification.id}@logweir>`,
    references: `<${createHash('sha256').update(notification.lane).digest('hex').slice(0, 32)}@logweir>`,
  };
}

function page(title: string, colour: number, parts: readonly string[]): string {
  const border = `#${colour.toString(16).padStart(6, '0')}`;
  return `<!doctype html><html><body style="font-family:sans-serif"><h2 style="border-left:6px solid ${border};padding-left:8px">${escapeHtml(title)}</h2>${parts.join('')}</body></html>`;
}

function alertHtml([first = '', ...rest]: readonly string[], link: string): string {
  return `<h3>${escapeHtml(first)}</h3>${rest.map(paragraph).join('')}${anchor(link)}`;
}

const paragraph = (line: string): string => `<p style="white-space:pre-wrap">${escapeHtml(line)}</p>`;

/** Only of the web: a label could make any other address. */
function anchor(link: string): string {
  return /^https?:\/\//.test(link) ? `<p><a href="${escapeHtml(link)}">Open in Logweir</a></p>` : '';
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return wellFormed(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
