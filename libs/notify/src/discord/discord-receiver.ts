/**
 * Discord's webhooks: a line of content and one embed. Limits, in runes: content 2 000, title 256, description 4 096,
 * 6 000 in all of an embed. Success is 204 (200 with `?wait=true`); a 429 says how long to wait in header and body.
 */
import type { Notification } from '#libs/alerts';
import { HttpReceiver } from '../http/http-receiver.js';
import type { Surroundings } from '../surroundings.js';
import { cutEscaped, cutRunes } from '../text/cut.js';
import { alertLines, hiddenLine } from '../text/lines.js';
import { colourOf, linkOf, shownAlerts, SHOWN_ALERTS, titleOf } from '../text/summary.js';

const TITLE_RUNES = 256;
const CONTENT_RUNES = 2_000;
const DESCRIPTION_RUNES = 4_096;
/** Addresses longer than this are refused, and with them the message. */
const URL_CHARACTERS = 2_048;
const USERNAME_RUNES = 80;

export interface DiscordSettings {
  readonly url: string;
  readonly username?: string | undefined;
  readonly avatarUrl?: string | undefined;
}

export function openDiscord(settings: DiscordSettings, around: Surroundings): HttpReceiver {
  return new HttpReceiver({
    kind: 'discord',
    sender: around.sender,
    render: (notification) => ({
      url: settings.url,
      headers: { 'content-type': 'application/json' },
      body: formatDiscord(notification, settings, around.externalUrl),
    }),
  });
}

export function formatDiscord(notification: Notification, { username, avatarUrl }: DiscordSettings, externalUrl: string): string {
  const { shown, hidden } = shownAlerts(notification, SHOWN_ALERTS);
  const text = [...shown.map((alert) => alertLines(alert).join('\n')), ...hiddenLine(hidden)].join('\n\n');
  const title = titleOf(notification);
  const link = linkOf(notification, externalUrl);
  return JSON.stringify({
    content: cutEscaped(title, CONTENT_RUNES, escapeDiscord),
    embeds: [
      {
        title: cutEscaped(title, TITLE_RUNES, escapeDiscord),
        description: cutEscaped(text, DESCRIPTION_RUNES, escapeDiscord),
        color: colourOf(notification),
        ...(/^https?:/.test(link) && link.length <= URL_CHARACTERS ? { url: link } : {}),
      },
    ],
    ...(username === undefined ? {} : { username: cutRunes(username, USERNAME_RUNES) }),
    ...(avatarUrl === undefined ? {} : { avatar_url: avatarUrl }),
    allowed_mentions: { parse: [] },
  });
}

/** Markdown and mentions: `allowed_mentions` keeps them from ringing, the escapes from looking like ones. */
export function escapeDiscord(rune: string): string {
  if (rune === '@') return '@\u200b';
  return /[\\*_~`|<>#[\]()]/.test(rune) ? `\\${rune}` : rune;
}
