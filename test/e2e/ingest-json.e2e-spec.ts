import { eventually } from '../support/eventually.js';
import { Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const MAX_LINE = 64 * 1024;

describe('the JSON lines door', () => {
  let fixture: IngestFixture;
  let line: Line;

  beforeAll(async () => (fixture = await openFixture({ LOGWEIR_JSON_MAX_LINE: '64KiB' })));
  afterAll(() => fixture.close());
  beforeEach(async () => (line = await Line.to(fixture.port('json'))));
  afterEach(() => line.socket.destroy());

  const stored = (...messages: string[]): Promise<void> =>
    eventually(() => expect(fixture.store.messages).toEqual(expect.arrayContaining(messages)));

  it('keeps structured fields beside the message', async () => {
    line.socket.write('{"message":"paid","level":"error","order_id":7,"service":{"name":"shop"}}\n');
    await stored('paid');
    const paid = fixture.store.records.find(({ message }) => message === 'paid');
    expect(paid?.record).toMatchObject({ log: { level: 'error' }, attributes: { order_id: 7 }, service: { name: 'shop' } });
  });

  it('never throws a line away: what is not JSON stays as message', async () => {
    line.socket.write('plain text\n{"broken":\n[1,2]\n');
    await stored('plain text', '{"broken":', '[1,2]');
  });

  it('takes the last line without a newline when the sender closes', async () => {
    line.socket.end('{"message":"last words"}');
    await stored('last words');
    await eventually(() => expect(line.ended).toBe(true));
  });

  it('puts a line together however it was split', async () => {
    for (const byte of Buffer.from('{"message":"byte by byte 서버"}\n')) line.socket.write(Buffer.of(byte));
    await stored('byte by byte 서버');
  });

  it('cuts a line of 10 MB at its limit, counts it and stays in step', async () => {
    line.socket.write(Buffer.alloc(10 * 1024 * 1024, 0x78));
    line.socket.write('\n{"message":"right behind it"}\n');
    await stored('right behind it');
    const cut = fixture.store.messages.find((message) => message.startsWith('xxx')) ?? '';
    expect(cut.length).toBeGreaterThan(1_000);
    expect(cut.length).toBeLessThanOrEqual(MAX_LINE + 100);
    expect(await fixture.metric('logweir_source_oddities_total')).toBeGreaterThanOrEqual(1);
  });

  it('stores random bytes as text and goes on', async () => {
    line.socket.write(Buffer.from([0, 0xff, 0xfe, 0x80, 0x0a, 0x0d, 0x0a, 0xc0, 0x0a]));
    line.socket.write('{"message":"after the noise"}\n');
    await stored('after the noise');
  });
});
