import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../bench/rig.js';
import { Sender } from '../crash/sender.js';
import { drained } from '../crash/stored.js';
import { eventually } from '../support/eventually.js';
import { FollowingTail } from '../support/following-tail.js';
import { type Hub, hostPort, startHub, temporaryFolder } from '../support/hub.js';
import { TailClient } from '../support/tail-client.js';

const LIFE_MS = 1_500;

/** Detection, which has no rules, lets go of the journal's files in steps of 16 MiB. */
async function sendFiller(hub: Hub): Promise<void> {
  const line = `${JSON.stringify({ service: 'filler', msg: 'x'.repeat(8_000) })}\n`;
  const socket = net.connect(hostPort(hub.addresses['json']));
  socket.end(line.repeat(500));
  await new Promise((resolve) => socket.once('close', resolve));
}

/** Number of the oldest file of the journal. */
function oldestSegment(dataDir: string): number {
  return Math.min(...readdirSync(join(dataDir, 'journal')).flatMap((name) => (name.endsWith('.segment') ? [Number.parseInt(name)] : [])));
}

/** Of the file that an id of one node leads to. */
function segmentOf(id: string): number {
  const [, nodes] = JSON.parse(Buffer.from(id, 'base64url').toString()) as [number, [string, number, number][]];
  return Math.floor((nodes[0]?.[1] ?? 0) / 2 ** 30);
}

/** Once each, and nothing but these. */
function expectEach(tail: FollowingTail, acked: readonly number[]): void {
  const { numbers } = tail;
  expect(acked.filter((number) => !numbers.has(number))).toEqual([]);
  expect([...numbers].filter(([, times]) => times > 1)).toEqual([]);
}

describe('a tail of a hub that is restarted and killed while records come in', () => {
  it('has neither a gap nor a double, whether it goes on from memory, from the journal or from the store', async () => {
    const [forward, api] = [await freePort(), await freePort()];
    const dataDir = temporaryFolder();
    const env = {
      LOGWEIR_FORWARD_PORT: String(forward),
      LOGWEIR_API_PORT: String(api),
      // Small, so that what was stored is soon in the store only.
      LOGWEIR_JOURNAL_SEGMENT_BYTES: '1MiB',
    };
    let hub: Hub = await startHub({ dataDir, env });
    const tail = new FollowingTail(`http://127.0.0.1:${api}`, '');
    await eventually(() => expect(tail.opened).toBe(1));
    const senders = [0, 1].map((id) => new Sender({ port: forward, id, traces: true, random: Math.random, paceMs: 60 }));
    const sending = senders.map((sender) => sender.run());
    for (const end of ['stop', 'kill'] as const) {
      await pause(LIFE_MS);
      await hub[end]();
      hub = await startHub({ dataDir, env });
    }
    await pause(LIFE_MS);
    for (const sender of senders) sender.stop();
    await Promise.all(sending);
    await drained(hub);
    const acked = senders.flatMap((sender) => sender.acked);
    await pause(500);
    await tail.close();
    expectEach(tail, acked);
    expect(tail.opened).toBe(3);
    expect(acked.length).toBeGreaterThan(1_000);

    // From the first record on again, most of which the journal has no more.
    const [first] = tail.seen;
    await eventually(async () => {
      await sendFiller(hub);
      expect(oldestSegment(dataDir)).toBeGreaterThan(segmentOf(first?.id ?? ''));
    }, 30_000);
    const again = new FollowingTail(`http://127.0.0.1:${api}`, '?q=not%20service:filler', first?.id);
    const numbersOfFirst = [...String(first?.data['message']).matchAll(/lw_seq=(\d+)/g)].map(([, digits]) => Number(digits));
    await pause(3_000);
    await again.close();
    expectEach(
      again,
      acked.filter((number) => !numbersOfFirst.includes(number)),
    );
    expect(again.seen.filter(({ event }) => event === 'gap')).toEqual([]);
    await hub.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 90_000);

  it('is told all that is acknowledged until the hub ends, without coming again', async () => {
    const port = await freePort();
    const env = { LOGWEIR_FORWARD_PORT: String(port) };
    const hub = await startHub({ env });
    const client = await TailClient.open(hub.addresses['api']);
    const senders = [0, 1].map((id) => new Sender({ port, id, traces: false, random: Math.random, paceMs: 5 }));
    const sending = senders.map((sender) => sender.run());
    await pause(LIFE_MS);
    await hub.stop();
    for (const sender of senders) sender.stop();
    const acked = senders.flatMap((sender) => sender.acked);
    await eventually(() => expect(client.ended).toBe(true));
    const told = new Set(client.messages.map((message) => Number(/lw_seq=(\d+)/.exec(message)?.[1])));
    expect(acked.filter((number) => !told.has(number))).toEqual([]);
    expect(acked.length).toBeGreaterThan(1_000);
    expect(client.seen.filter(({ event }) => event !== 'record')).toEqual([]);
    // What is under way has to be acknowledged by somebody.
    const next = await startHub({ dataDir: hub.dataDir, env });
    await Promise.all(sending);
    await next.stop();
    await rm(hub.dataDir, { recursive: true, force: true });
  }, 30_000);
});
