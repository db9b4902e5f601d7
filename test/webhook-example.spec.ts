import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { AddressPolicy, openReceiver, parseReceiver, testNotification } from '#libs/notify';
import { eventually } from './support/eventually.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

let child: ChildProcess;
let output = '';
let url = '';

beforeAll(async () => {
  const example = path.join(import.meta.dirname, '../examples/webhook-receiver.mjs');
  child = spawn(process.execPath, [example, '0'], {
    env: { ...process.env, WEBHOOK_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(() => {
    url = /http:\S+/.exec(output)?.[0] ?? '';
    if (url === '') throw new Error('it does not listen yet');
  }, 10_000);
});
afterAll(() => void child.kill());

async function send(...secrets: readonly string[]): Promise<number | undefined> {
  const parsed = parseReceiver('hook', { webhook: { url, secrets } });
  if (!('endpoint' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const receiver = openReceiver(parsed.endpoint, { policy: new AddressPolicy(), now: Date.now, externalUrl: 'http://logweir' });
  try {
    const notification = testNotification('hook', { nowMs: Date.now(), nonce: '0'.repeat(32), externalUrl: 'http://logweir' });
    const { status } = await receiver.send(notification, new AbortController().signal);
    return status;
  } finally {
    await receiver.close();
  }
}

describe('examples/webhook-receiver.mjs', () => {
  it('shows what is signed with its secret, once, also beside another secret', async () => {
    expect(await send(SECRET)).toBe(200);
    expect(await send(OTHER, SECRET)).toBe(200);
    await eventually(() => expect(output.match(/FIRING/g)).toHaveLength(1));
  });

  it('refuses what is signed with another secret', async () => {
    await expect(send(OTHER)).rejects.toThrow('401');
  });
});
