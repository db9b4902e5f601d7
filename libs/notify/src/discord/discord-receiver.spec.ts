import { httpFixture, runes, SECRET } from '../http-receiver.fixture.js';
import { hostileNotification } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { formatDiscord } from './discord-receiver.js';

interface Message {
  readonly content: string;
  readonly embeds: readonly [{ readonly title: string; readonly description: string }];
  readonly allowed_mentions: unknown;
}

describeReceiver('discord', (timeoutMs) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ discord: { url: `${url}/services/${SECRET}`, username: 'Logweir' } }),
    well: { status: 204 },
    isWithinLimits: (message) => {
      const { content, embeds } = JSON.parse(message) as Message;
      const [{ title, description }] = embeds;
      return runes(content) <= 2_000 && runes(title) <= 256 && runes(description) <= 4_096 && runes(title) + runes(description) <= 6_000;
    },
  }),
);

describe('a Discord message', () => {
  it('rings for nobody and shows markup as it was written', () => {
    const { content, allowed_mentions } = JSON.parse(formatDiscord(hostileNotification(), { url: '' }, '')) as Message;
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(content).not.toContain('@everyone');
    expect(content).not.toMatch(/(?<!\\)[*_~`|<>[\]]/);
  });
});
