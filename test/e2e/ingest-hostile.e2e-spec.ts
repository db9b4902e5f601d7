import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);
const MIB = 1024 * 1024;
const LONGEST = 'ffffffff';
const event = (log: string): Buffer => encodeMessagePack(['t', SECONDS, { log }]);
const chunk = (id: string): Buffer => encodeMessagePack(['t', encodeMessagePack([SECONDS, { log: id }]), { chunk: id }]);

describe('a bad connection never costs the process', () => {
  let fixture: IngestFixture;

  beforeAll(async () => (fixture = await openFixture({ LOGWEIR_FORWARD_MAX_FRAME: '1MiB', LOGWEIR_FORWARD_MAX_INFLATED: '4MiB' })));
  afterAll(() => fixture.close());

  const stillTakes = async (log: string): Promise<void> => {
    const line = await Line.to(fixture.port('forward'));
    line.socket.end(event(log));
    await eventually(() => expect(fixture.store.messages).toContain(log));
    line.socket.destroy();
  };

  it.each(['forward', 'json', 'intake'])('takes garbage at %s and goes on', async (door) => {
    for (let turn = 0; turn < 20; turn++) {
      const line = await Line.to(fixture.port(door));
      line.socket.end(randomBytes(1 + turn * 97));
      await eventually(() => expect(line.ended || line.closed).toBe(true), 5_000, 5);
      line.socket.destroy();
    }
    await stillTakes(`after garbage at ${door}`);
  });

  it.each([
    ['a str', `db${LONGEST}`],
    ['a bin', `c6${LONGEST}`],
    ['an array', `dd${LONGEST}`],
    ['a map', `df${LONGEST}`],
    ['an ext', `c9${LONGEST}00`],
    ['a payload in a frame', `92a174c6${LONGEST}`],
    ['entries in a frame', `92a174dd${LONGEST}`],
    ['a record in a message', `93a17400df${LONGEST}`],
  ])('refuses %s that says it is 4 GiB long, before a byte of it is there', async (_what, hex) => {
    const before = process.memoryUsage().rss;
    const line = await Line.to(fixture.port('forward'));
    line.socket.write(Buffer.from(hex, 'hex'));
    await eventually(() => expect(line.ended || line.closed).toBe(true), 5_000, 5);
    line.socket.destroy();
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * MIB);
  });

  it('refuses a compressed chunk that inflates beyond its limit', async () => {
    const before = await fixture.metric('logweir_source_refused_total');
    const line = await Line.to(fixture.port('forward'));
    const bomb = gzipSync(Buffer.alloc(64 * MIB));
    line.socket.write(encodeMessagePack(['t', bomb, { compressed: 'gzip', chunk: 'bomb' }]));
    await eventually(() => expect(line.ended || line.closed).toBe(true));
    expect(line.received).toHaveLength(0);
    line.socket.destroy();
    expect(await fixture.metric('logweir_source_refused_total')).toBe(before + 1);
  });

  it('keeps 2000 idle connections and serves the next', async () => {
    const idle = await Promise.all(Array.from({ length: 2_000 }, () => Line.to(fixture.port('forward'))));
    await eventually(async () =>
      expect(await fixture.metric('logweir_source_connections{source="forward"}')).toBeGreaterThanOrEqual(2_000),
    );
    await stillTakes('beside 2000 idle ones');
    for (const { socket } of idle) socket.destroy();
    await eventually(async () => expect(await fixture.metric('logweir_source_connections{source="forward"}')).toBe(0));
  });

  it('reads no more of a client that never reads its acks, and holds no more than its limit', async () => {
    const line = await Line.to(fixture.port('forward'));
    line.socket.pause();
    const before = await fixture.metric('logweir_source_bytes_total{source="forward"}');
    const pad = 'p'.repeat(4_096);
    let sent = 0;
    for (let at = 0; at < 30_000 && sent < 200 * MIB; at++) {
      const frame = chunk(`${at}-${pad}`);
      sent += frame.length;
      line.socket.write(frame);
    }
    let last = -1;
    await eventually(
      async () => {
        const now = await fixture.metric('logweir_source_bytes_total{source="forward"}');
        const same = now === last;
        last = now;
        expect(same).toBe(true);
      },
      10_000,
      300,
    );
    expect(last).toBeGreaterThan(before);
    expect(last - before).toBeLessThan(sent / 2);
    await stillTakes('beside one that does not read');
    line.socket.destroy();
  });
});

describe('connections over the limit', () => {
  it('wait unread until one goes, as closing them would lose lines', async () => {
    const fixture = await openFixture({ LOGWEIR_FORWARD_MAX_CONNECTIONS: '1' });
    const first = await Line.to(fixture.port('forward'));
    const second = await Line.to(fixture.port('forward'));
    second.socket.write(event('had to wait'));
    await eventually(async () => expect(await fixture.metric('logweir_source_held_total')).toBe(1));
    first.socket.write(event('goes first'));
    await eventually(() => expect(fixture.store.messages).toEqual(['goes first']));
    first.socket.end();
    await eventually(() => expect(fixture.store.messages).toEqual(['goes first', 'had to wait']));
    second.socket.destroy();
    await fixture.close();
  });
});
