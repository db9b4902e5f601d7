import { httpFixture, runes, SECRET } from '../http-receiver.fixture.js';
import { hostileNotification, notificationFixture } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { formatSlack } from './slack-receiver.js';

interface Message {
  readonly attachments: readonly [{ readonly blocks: readonly { readonly text: { readonly text: string } }[] }];
}

const create = (timeoutMs: number) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ slack: { url: `${url}/services/${SECRET}` } }),
    well: { body: 'ok' },
    isWithinLimits: (message) => {
      const { blocks } = (JSON.parse(message) as Message).attachments[0];
      return message.length <= 12_000 && blocks.length <= 50 && blocks.every(({ text }) => runes(text.text) <= 3_000);
    },
  });

describeReceiver('slack', create);

describe('a Slack message', () => {
  it.each(['', 'invalid_payload', '<html>a proxy</html>'])('is not delivered when a 200 says %j instead of ok', async (body) => {
    const fixture = await httpFixture(500, { block: (url) => ({ slack: { url } }), well: { body }, isWithinLimits: () => true });
    fixture.answer('well');
    await expect(fixture.receiver.send(notificationFixture(), new AbortController().signal)).rejects.toMatchObject({
      options: { retryable: true, uncertain: true, status: 200 },
    });
    await fixture.receiver.close();
    await fixture.close();
  });

  it('has no mention, link or broken entity that a log line brought', () => {
    const message = JSON.parse(formatSlack(hostileNotification(), '')) as Message;
    for (const { text } of message.attachments[0].blocks) {
      expect(text.text).not.toMatch(/<[!@#]/);
      expect(text.text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
    }
  });
});
