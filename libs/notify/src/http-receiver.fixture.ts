import { parseReceiver, type EndpointConfig } from './endpoint/endpoint-config.js';
import { openReceiver } from './endpoint/open-receiver.js';
import { TestServer, type Answer, type Behaviour } from './http-server.fixture.js';
import { AddressPolicy } from './network/address-policy.js';
import { BASE_MS } from './notification.fixture.js';
import type { ReceiverFixture } from './receiver.contract.js';

export const SECRET = 'T00/B00/verysecret';

export interface HttpFixtureOptions {
  /** Its settings, with the address of the server. */
  readonly block: (url: string) => unknown;
  /** What the service says when it has taken a message. */
  readonly well: Answer;
  readonly isWithinLimits: (message: string) => boolean;
}

export function endpointOf(block: unknown, name = 'hook'): EndpointConfig {
  const parsed = parseReceiver(name, block);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.endpoint;
}

/** A receiver and a real server for it, for the contract suite. The server repeats the secret in every refusal. */
export async function httpFixture(timeoutMs: number, { block, well, isWithinLimits }: HttpFixtureOptions): Promise<ReceiverFixture> {
  const server = new TestServer();
  await server.start();
  const options = { policy: new AddressPolicy(), now: () => BASE_MS, externalUrl: 'http://logweir.example:4280', timeoutMs };
  const receiver = openReceiver(endpointOf(block(server.url)), options);
  const body = `no: /services/${SECRET} ${'x'.repeat(1_000)}`;
  const behaviours: Readonly<Record<string, Behaviour>> = {
    well,
    busy: { status: 429, body, headers: { 'retry-after': '7' } },
    broken: { status: 503, body },
    refusing: { status: 400, body },
    silent: 'silent',
    'hanging up': 'hang up',
  };
  let closed = false;
  return {
    receiver,
    secret: SECRET,
    answer: (how) => {
      server.behaviour = behaviours[how] ?? {};
    },
    received: () => server.received.map((request) => request.body),
    isWithinLimits,
    close: async () => {
      if (!closed) await server.close();
      closed = true;
    },
  };
}

export const runes = (text: string): number => [...text].length;
