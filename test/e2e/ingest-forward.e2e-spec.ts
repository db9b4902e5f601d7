import dgram from 'node:dgram';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import fluent from 'fluent-logger';
import { encodeMessagePack, EventTime } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);
const entry = (log: string) => [SECONDS, { log }];
const packed = (...logs: string[]): Buffer => Buffer.concat(logs.map((log) => encodeMessagePack(entry(log))));
const ack = (id: string): Buffer => encodeMessagePack({ ack: id });

describe('the forward door', () => {
  let fixture: IngestFixture;
  let line: Line;

  beforeAll(async () => (fixture = await openFixture()));
  afterAll(() => fixture.close());
  beforeEach(async () => (line = await Line.to(fixture.port('forward'))));
  afterEach(() => line.socket.destroy());

  const stored = (...messages: string[]): Promise<void> =>
    eventually(() => expect(fixture.store.messages).toEqual(expect.arrayContaining(messages)));

  it.each([
    ['a message', ['t', SECONDS, { log: 'message' }], ['message']],
    ['a message with nanoseconds', ['t', new EventTime(SECONDS, 5), { log: 'nanos' }], ['nanos']],
    ['a forward', ['t', [entry('f1'), entry('f2')]], ['f1', 'f2']],
    ['a packed forward', ['t', packed('p1', 'p2')], ['p1', 'p2']],
    ['a gzipped one', ['t', gzipSync(packed('z1', 'z2')), { compressed: 'gzip' }], ['z1', 'z2']],
  ])('stores %s without a chunk id and answers nothing', async (_kind, frame, messages) => {
    line.socket.write(encodeMessagePack(frame));
    await stored(...messages);
    expect(line.received).toHaveLength(0);
  });

  it.each([
    ['a message', ['t', SECONDS, { log: 'm/a' }, { chunk: 'id-m' }], 'id-m'],
    ['a forward', ['t', [entry('f/a')], { chunk: 'id-f' }], 'id-f'],
    ['a packed forward', ['t', packed('p/a'), { chunk: 'id-p', size: 1 }], 'id-p'],
    ['a gzipped one', ['t', gzipSync(packed('z/a')), { compressed: 'gzip', chunk: 'id-z' }], 'id-z'],
  ])('acknowledges %s byte for byte', async (_kind, frame, id) => {
    line.socket.write(encodeMessagePack(frame));
    expect(await line.answer(ack(id).length)).toEqual(ack(id));
  });

  it('acknowledges a chunk id of raw bytes as a str, the only form that every client reads', async () => {
    line.socket.write(encodeMessagePack(['t', packed('b/a'), { chunk: Buffer.from('ff00fe', 'hex') }]));
    expect(await line.answer(9)).toEqual(Buffer.from('81a361636ba3ff00fe', 'hex'));
  });

  it('acknowledges in the order of the chunks, whatever their sizes', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `order-${String(at).padStart(2, '0')}`);
    const frames = ids.map((id, at) => ['t', packed(...Array.from({ length: at % 3 ? 1 : 700 }, (__, n) => `${id}/${n}`)), { chunk: id }]);
    line.socket.write(Buffer.concat(frames.map(encodeMessagePack)));
    const expected = Buffer.concat(ids.map(ack));
    expect(await line.answer(expected.length)).toEqual(expected);
  });

  it('writes an ack in one piece, as clients read it in one', async () => {
    const id = 'x'.repeat(200);
    line.socket.write(encodeMessagePack(['t', packed('one piece'), { chunk: id }]));
    await line.answer(1);
    line.socket.write(encodeMessagePack(['t', packed('one piece more'), { chunk: id }]));
    await eventually(() => expect(line.writes).toEqual([ack(id)]));
  });

  it('acknowledges a chunk that is sent again and stores it once, also after a restart', async () => {
    const frame = encodeMessagePack(['t', packed('once'), { chunk: 'again' }]);
    for (const way of ['first', 'again', 'restarted']) {
      if (way === 'restarted') await fixture.restart();
      const sender = await Line.to(fixture.port('forward'));
      sender.socket.write(frame);
      expect(await sender.answer(ack('again').length)).toEqual(ack('again'));
      sender.socket.end();
    }
    await stored('once');
    expect(fixture.store.messages.filter((message) => message === 'once')).toHaveLength(1);
    expect(await fixture.metric('logweir_records_duplicate_total')).toBe(2);
  });

  it('takes the same chunk id with another payload as another chunk', async () => {
    for (const log of ['payload one', 'payload two']) {
      line.socket.write(encodeMessagePack(['t', packed(log), { chunk: 'reused' }]));
      await line.answer(ack('reused').length);
    }
    await stored('payload one', 'payload two');
  });

  it('waits for nothing of the store before it acknowledges', async () => {
    fixture.store.away = true;
    line.socket.write(encodeMessagePack(['t', packed('while away'), { chunk: 'away' }]));
    expect(await line.answer(1)).toEqual(ack('away'));
    expect(fixture.store.messages).not.toContain('while away');
    fixture.store.away = false;
    await stored('while away');
  });

  it('says nothing about a load balancer that connects and closes', async () => {
    const before = fixture.log.length;
    for (let turn = 0; turn < 20; turn++) (await Line.to(fixture.port('forward'))).socket.end();
    (await Line.to(fixture.port('forward'))).socket.end(Buffer.of(0xc0));
    await eventually(async () => expect(await fixture.metric('logweir_source_connections{source="forward"}')).toBe(1));
    expect(fixture.log.slice(before)).toEqual([]);
    expect(await fixture.metric('logweir_source_refused_total')).toBe(0);
  });

  it('answers the UDP heartbeat on the same port', async () => {
    const socket = dgram.createSocket('udp4');
    socket.send(Buffer.of(0), fixture.port('forward'), '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(answer).toEqual(Buffer.of(0));
    socket.close();
  });

  it('closes only the connection whose framing is broken, and names its peer', async () => {
    const bad = await Line.to(fixture.port('forward'));
    const peer = `127.0.0.1:${bad.socket.localPort}`;
    bad.socket.write(Buffer.from('c1c1c1c1', 'hex'));
    await eventually(() => expect(bad.ended).toBe(true));
    bad.socket.destroy();
    line.socket.write(encodeMessagePack(['t', SECONDS, { log: 'the neighbour goes on' }]));
    await stored('the neighbour goes on');
    expect(fixture.log.join('')).toContain(peer);
    expect(await fixture.metric('logweir_source_refused_total')).toBe(1);
  });

  it('stores what stands before the broken bytes', async () => {
    line.socket.write(Buffer.concat([encodeMessagePack(['t', SECONDS, { log: 'sound' }]), Buffer.from('c1', 'hex')]));
    await stored('sound');
  });

  it('takes what the fluent-logger package sends, acks included', async () => {
    const sender = fluent.createFluentSender('node', {
      host: '127.0.0.1',
      port: fixture.port('forward'),
      requireAckResponse: true,
      ackResponseTimeout: 5_000,
    });
    for (const log of ['a', 'b', 'c']) {
      const failure = await new Promise<unknown>((resolve) => sender.emit('label', { log: `fluent ${log}` }, resolve));
      expect(failure).toBeUndefined();
    }
    await new Promise<void>((resolve) => sender.end('label', { log: 'fluent end' }, () => resolve()));
    await stored('fluent a', 'fluent b', 'fluent c', 'fluent end');
  });

  it('ends a connection in good order: half-close, read until idle, keep what came', async () => {
    const sender = await Line.to(fixture.port('forward'));
    sender.socket.write(encodeMessagePack(['t', SECONDS, { log: 'before the end' }]));
    await stored('before the end');
    const restarted = fixture.restart();
    await eventually(() => expect(sender.ended).toBe(true), 5_000, 5);
    sender.socket.write(encodeMessagePack(['t', packed('after the half-close'), { chunk: 'late' }]));
    sender.socket.end();
    await restarted;
    await stored('after the half-close');
  });
});
