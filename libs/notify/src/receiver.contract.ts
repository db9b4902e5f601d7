import { DeliveryError } from './errors.js';
import { hostileNotification, notificationFixture } from './notification.fixture.js';
import type { Receiver } from './receiver.js';

/** A real server of the service's kind, and the receiver that sends to it. */
export interface ReceiverFixture {
  readonly receiver: Receiver;
  /** How the server answers from now on. */
  answer(how: 'well' | 'busy' | 'broken' | 'refusing' | 'silent' | 'hanging up'): void;
  /** Messages that reached the server, as text. */
  received(): readonly string[];
  /** A text in settings that may never be shown. */
  readonly secret: string;
  /** Whether a message is within the service's limits and well formed. */
  isWithinLimits(message: string): boolean;
  close(): Promise<void>;
}

/** For answers that come: a busy machine must not make them late. */
const PATIENT_MS = 10_000;
/** For one that does not. */
const SHORT_MS = 300;

/** The suite that every Receiver runs. `create` makes one whose timeout is `timeoutMs`. */
export function describeReceiver(name: string, create: (timeoutMs: number) => Promise<ReceiverFixture>): void {
  describe(`${name} as a Receiver`, () => {
    let fixture: ReceiverFixture;
    const never = new AbortController().signal;

    beforeEach(async () => {
      fixture = await create(PATIENT_MS);
    });
    afterEach(async () => {
      await fixture.receiver.close();
      await fixture.close();
    });

    /** Answers in this way; a receiver that waits for nothing in particular waits shortly. */
    const answer = async (how: Parameters<ReceiverFixture['answer']>[0]): Promise<void> => {
      if (how === 'silent') {
        await fixture.receiver.close();
        await fixture.close();
        fixture = await create(SHORT_MS);
      }
      fixture.answer(how);
    };

    const failure = async (signal = never): Promise<DeliveryError> => {
      const error: unknown = await fixture.receiver.send(notificationFixture(), signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (!(error instanceof DeliveryError)) throw new Error(`a DeliveryError was expected: ${String(error)}`);
      return error;
    };

    it('delivers a notification once, and says how it went', async () => {
      fixture.answer('well');
      const delivered = await fixture.receiver.send(notificationFixture(), never);
      expect(delivered.status).toBeGreaterThanOrEqual(200);
      expect(delivered.latencyMs).toBeGreaterThanOrEqual(0);
      expect(fixture.received()).toHaveLength(1);
      expect(fixture.received()[0]).toContain('ApiErrors');
    });

    it('says the same thing when it sends the same notification again', async () => {
      fixture.answer('well');
      await fixture.receiver.send(notificationFixture(), never);
      await fixture.receiver.send(notificationFixture(), never);
      const [first, second] = fixture.received();
      expect(second).toBe(first);
    });

    it('keeps the limits of the service by cutting, never refuses for length', async () => {
      fixture.answer('well');
      for (const status of ['firing', 'resolved'] as const) await fixture.receiver.send(hostileNotification({ status }), never);
      expect(fixture.received().map((message) => fixture.isWithinLimits(message))).toEqual([true, true]);
    });

    it.each([
      ['busy', true],
      ['broken', true],
      ['refusing', false],
    ] as const)('throws when the service is %s: retryable %s', async (how, retryable) => {
      fixture.answer(how);
      const error = await failure();
      expect(error.options).toMatchObject({ retryable });
      expect(error.options.status).toBeGreaterThanOrEqual(400);
      expect(fixture.received()).toHaveLength(1);
    });

    it.each(['silent', 'hanging up'] as const)(
      'ends within its timeout when the service is %s, and says that it cannot know',
      async (how) => {
        await answer(how);
        const error = await failure();
        expect(error.options).toMatchObject({ retryable: true, uncertain: true });
      },
    );

    it('ends when its signal aborts', async () => {
      fixture.answer('silent');
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 20);
      const error = await failure(stop.signal);
      expect(error.message).toContain('stopped');
      expect(error.options.retryable).toBe(true);
    });

    it.each(['busy', 'broken', 'refusing', 'silent', 'hanging up'] as const)(
      'shows no secret in a reason of at most 300 characters (%s)',
      async (how) => {
        await answer(how);
        const { message } = await failure();
        expect(message.length).toBeLessThanOrEqual(300);
        expect(message).not.toContain(fixture.secret);
      },
    );

    it('says that nothing reached a service that is away', async () => {
      await fixture.close();
      const error = await failure();
      expect(error.options).toMatchObject({ retryable: true });
      expect(error.options.uncertain).toBeUndefined();
    });
  });
}
