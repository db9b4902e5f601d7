import { httpFixture, SECRET } from '../http-receiver.fixture.js';
import { hostileNotification, notificationFixture } from '../notification.fixture.js';
import { describeReceiver } from '../receiver.contract.js';
import { formatTeams, MAX_TEAMS_BYTES } from './teams-receiver.js';

describeReceiver('teams', (timeoutMs) =>
  httpFixture(timeoutMs, {
    block: (url) => ({ teams: { url: `${url}/services/${SECRET}` } }),
    well: { status: 202 },
    isWithinLimits: (message) => Buffer.byteLength(message) <= MAX_TEAMS_BYTES && JSON.parse(message) !== undefined,
  }),
);

describe('a Teams card', () => {
  it('is an adaptive card over the full width', () => {
    expect(JSON.parse(formatTeams(notificationFixture(), ''))).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: { version: '1.2', msteams: { width: 'full' } },
        },
      ],
    });
  });

  it('runs no function and makes no link that a log line brought', () => {
    const card = formatTeams(hostileNotification(), '');
    expect(card).not.toContain('{{');
    expect(card).not.toContain('](');
  });

  it('is not delivered when an old connector answers 200 with a failure', async () => {
    const body = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429';
    const fixture = await httpFixture(500, { block: (url) => ({ teams: { url } }), well: { body }, isWithinLimits: () => true });
    fixture.answer('well');
    await expect(fixture.receiver.send(notificationFixture(), new AbortController().signal)).rejects.toMatchObject({
      options: { retryable: true },
    });
    await fixture.receiver.close();
    await fixture.close();
  });
});
