import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FluentClient, type FluentClientOptions, FluentSocketEvent } from '@fluent-org/logger';
import fluent from 'fluent-logger';
import type { Event } from '#libs/record';
import { eventually } from '../../../../test/support/eventually.js';
import { ForwardDecoder, type Frame, Handshake, type HandshakeOptions } from './index.js';

/** Its declaration says an instance where the class is, and does not take one for a time. */
const EventTime = fluent.EventTime as unknown as typeof fluent.InnerEventTime;

/** A server of a few lines: decodes, answers the handshake, acknowledges. */
class Receiver {
  readonly events: Event[] = [];
  readonly frames: Frame[] = [];
  readonly refusals: string[] = [];
  private readonly server: Server;

  constructor(security?: Omit<HandshakeOptions, 'randomBytes'>) {
    this.server = createServer((socket) => this.serve(socket, security && new Handshake({ ...security, randomBytes })));
  }

  async listen(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket, handshake: Handshake | undefined): void {
    const decoder = new ForwardDecoder({ handshake: handshake !== undefined });
    if (handshake) socket.write(handshake.helo());
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const frame of decoder.push(bytes)) this.take(frame, socket, handshake);
    });
  }

  private take(frame: Frame, socket: Socket, handshake: Handshake | undefined): void {
    this.frames.push(frame);
    if (frame.kind === 'events') this.events.push(...frame.events);
    if (frame.kind === 'chunk') {
      for (let slice = frame.entries.next(10); slice.length > 0; slice = frame.entries.next(10)) this.events.push(...slice);
      if (frame.chunk) socket.write(frame.chunk.ack);
    }
    if (frame.kind === 'ping' && handshake) {
      const answer = handshake.answer(frame.ping);
      socket.write(answer.pong);
      if (!answer.ok) this.refusals.push(answer.reason);
    }
  }
}

async function withClient(
  options: FluentClientOptions,
  security: Omit<HandshakeOptions, 'randomBytes'> | undefined,
  use: (client: FluentClient, receiver: Receiver) => Promise<void>,
): Promise<void> {
  const receiver = new Receiver(security);
  const port = await receiver.listen();
  const client = new FluentClient('app', { ...options, socket: { host: '127.0.0.1', port, timeout: 3000 } });
  try {
    await use(client, receiver);
  } finally {
    await client.disconnect();
    await receiver.close();
  }
}

const expected = (label: string): object => ({
  tag: `app.${label}`,
  seconds: 1_700_000_000,
  text: '서버 up',
  fields: { n: 7, deep: { a: [1, null] } },
});

describe('@fluent-org/logger', () => {
  it.each(['Message', 'Forward', 'PackedForward', 'CompressedPackedForward'] as const)(
    'is understood and acknowledged in mode %s',
    async (eventMode) => {
      await withClient({ eventMode, ack: { ackTimeout: 5000 } }, undefined, async (client, receiver) => {
        await Promise.all(
          ['one', 'two'].map((label) => client.emit(label, { log: '서버 up', n: 7, deep: { a: [1, null] } }, 1_700_000_000_000)),
        );
        expect(receiver.events).toHaveLength(2);
        expect(receiver.events).toMatchObject([expected('one'), expected('two')]);
        expect(receiver.frames.every((frame) => frame.kind === 'chunk')).toBe(true);
      });
    },
  );

  it('comes through the handshake with shared key, user and password', async () => {
    const security = { clientHostname: 'client', sharedKey: 'secret', username: 'ann', password: 'pw' };
    await withClient(
      { security, ack: { ackTimeout: 5000 } },
      { sharedKey: 'secret', users: { ann: 'pw' }, hostname: 'hub' },
      async (client, receiver) => {
        await client.emit('one', { log: '서버 up', n: 7, deep: { a: [1, null] } }, 1_700_000_000_000);
        expect(receiver.events).toMatchObject([expected('one')]);
      },
    );
  });

  it('is told why when its shared key is another', async () => {
    const security = { clientHostname: 'client', sharedKey: 'guess' };
    await withClient({ security, disableAutoconnect: false }, { sharedKey: 'secret', hostname: 'hub' }, async (client, receiver) => {
      client.socketOn(FluentSocketEvent.ERROR, () => undefined);
      client.emit('one', { log: 'x' }).catch(() => undefined);
      await eventually(() => expect(receiver.refusals).toContain('shared_key mismatch'));
      expect(receiver.events).toEqual([]);
    });
  });
});

describe('fluent-logger', () => {
  it.each([
    ['Message', false],
    ['PackedForward', false],
    ['PackedForward', true],
  ] as const)('is understood in mode %s, acknowledged: %s', async (eventMode, requireAckResponse) => {
    const receiver = new Receiver();
    const port = await receiver.listen();
    const sender = fluent.createFluentSender('app', {
      host: '127.0.0.1',
      port,
      eventMode,
      requireAckResponse,
      ackResponseTimeout: 5000,
      flushInterval: 10,
    });
    try {
      const time = EventTime.fromTimestamp(1_700_000_000_123) as unknown as Date;
      sender.emit('one', { log: '서버 up', n: 7, deep: { a: [1, null] } }, time);
      await eventually(() => expect(receiver.events).toMatchObject([{ ...expected('one'), nanos: 123_000_000 }]));
    } finally {
      await new Promise<void>((resolve) => sender.end('end', {}, () => resolve()));
      await receiver.close();
    }
  });
});
