import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { bookSides, Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);

type Extra = Readonly<Record<string, string>>;

/** What Docker's driver sends for one line of a container. */
function docker(container: string, log: string, extra: Extra = {}): Buffer {
  const id = container.padEnd(64, '0');
  return encodeMessagePack(['docker', SECONDS, { container_id: id, container_name: `/${container}`, source: 'stdout', log, ...extra }]);
}

function part(container: string, log: string, id: string, ordinal: number, last: boolean): Buffer {
  const extra = { partial_message: 'true', partial_id: id, partial_ordinal: String(ordinal), partial_last: String(last) };
  return docker(container, log, extra);
}

const TRACE = ['java.lang.IllegalStateException: no order', '\tat shop.Order.pay(Order.java:12)', '\tat shop.Main.main(Main.java:3)'];

describe('joins', () => {
  let fixture: IngestFixture;
  let line: Line;

  beforeAll(async () => (fixture = await openFixture()));
  afterAll(() => fixture.close());
  beforeEach(async () => (line = await Line.to(fixture.port('forward'))));
  afterEach(() => line.socket.destroy());

  const messagesOf = (container: string): string[] =>
    fixture.store.records
      .filter(({ record }) => (record['container'] as { name?: string } | undefined)?.name === container)
      .map(({ message }) => message);
  const joined = (container: string, ...messages: string[]): Promise<void> =>
    eventually(() => expect(messagesOf(container)).toEqual(messages), 5_000, 20);

  it('makes one record of the parts of a long line', async () => {
    line.socket.write(
      Buffer.concat([part('parts', 'one ', 'p', 1, false), part('parts', 'two ', 'p', 2, false), part('parts', 'three', 'p', 3, true)]),
    );
    await joined('parts', 'one two three');
  });

  it('keeps the parts of two lines apart that come mixed', async () => {
    const mixed = [
      part('mixed', 'a1 ', 'a', 1, false),
      part('mixed', 'b1 ', 'b', 1, false),
      part('mixed', 'a2', 'a', 2, true),
      part('mixed', 'b2', 'b', 2, true),
    ];
    line.socket.write(Buffer.concat(mixed));
    await joined('mixed', 'a1 a2', 'b1 b2');
  });

  it('joins parts over two connections', async () => {
    line.socket.write(part('moved', 'before ', 'm', 1, false));
    line.socket.end();
    await eventually(async () => expect(await fixture.metric('logweir_journal_open_joins')).toBe(1));
    const second = await Line.to(fixture.port('forward'));
    second.socket.write(part('moved', 'after', 'm', 2, true));
    await joined('moved', 'before after');
    second.socket.destroy();
  });

  it('takes the next unmarked line as the last of Docker 18, which marks only that a line goes on', async () => {
    const bare = { partial_message: 'true' };
    line.socket.write(Buffer.concat([docker('bare', 'x ', bare), docker('bare', 'y ', bare), docker('bare', 'z'), docker('bare', 'next')]));
    await joined('bare', 'x y z', 'next');
  });

  it('makes one record of a stack trace and gives it its error', async () => {
    line.socket.write(Buffer.concat(TRACE.map((text) => docker('trace', text))));
    await joined('trace', TRACE.join('\n'));
    const record = fixture.store.records.find(({ message }) => message === TRACE.join('\n'))?.record;
    expect(record).toMatchObject({ error: { type: expect.stringContaining('IllegalStateException') as unknown } });
  });

  it('ends a trace after 50 ms of silence and not before the next line', async () => {
    line.socket.write(docker('silence', TRACE[0] ?? ''));
    await joined('silence', TRACE[0] ?? '');
    line.socket.write(docker('silence', TRACE[1] ?? ''));
    await joined('silence', TRACE[0] ?? '', TRACE[1] ?? '');
  });

  it('hands records on strictly in order: a finished line ends the trace before it', async () => {
    line.socket.write(Buffer.concat([...TRACE, 'finished'].map((text) => docker('order', text))));
    await joined('order', TRACE.join('\n'), 'finished');
  });

  it('joins nothing over two streams or two containers', async () => {
    const err = { source: 'stderr' };
    line.socket.write(Buffer.concat([docker('two', TRACE[0] ?? ''), docker('two', 'other stream', err), docker('two', TRACE[1] ?? '')]));
    await eventually(() => expect(messagesOf('two').toSorted()).toEqual([TRACE.slice(0, 2).join('\n'), 'other stream'].toSorted()));
  });

  it('has on disk at once what is joined later: an open join ends at a start', async () => {
    line.socket.write(part('cut', 'only the first part', 'c', 1, false));
    await eventually(async () => expect(await fixture.metric('logweir_journal_open_joins')).toBe(1));
    await fixture.restart();
    await joined('cut', 'only the first part');
  });

  it('gives the same records with the same _id when the end of a process left the outcome unknown', async () => {
    fixture.store.away = true;
    const from = fixture.store.sent.length;
    line.socket.write(Buffer.concat([...TRACE, 'plain'].map((text) => docker('replay', text))));
    line.socket.write(Buffer.concat([part('replay', 'long ', 'r', 1, false), part('replay', 'line', 'r', 2, true)]));
    await eventually(() => expect(fixture.store.sent.slice(from).some(({ message }) => message === 'long line')).toBe(true));
    const before = new Map(fixture.store.sent.slice(from).map(({ id, text }) => [id, text]));
    await fixture.restart(() => (fixture.store.away = false));
    await joined('replay', TRACE.join('\n'), 'plain', 'long line');
    const after = fixture.store.records.filter(({ id }) => before.has(id)).map(({ id, text }): [string, string] => [id, text]);
    expect(new Map(after)).toEqual(before);
    expect(before.size).toBe(3);
  });

  it('counts every line once: a part is joined into another', async () => {
    await eventually(async () => {
      expect(await fixture.metric('logweir_journal_records')).toBe(0);
      const sides = await bookSides(fixture);
      expect(sides.out).toBe(sides.in);
    });
    expect(await fixture.metric('logweir_records_joined_total')).toBeGreaterThan(8);
  });
});
