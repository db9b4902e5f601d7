import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { bookSides, Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);
const OWN = 'c0ffee'.repeat(11).slice(0, 64);
const packed = (...logs: string[]): Buffer => Buffer.concat(logs.map((log) => encodeMessagePack([SECONDS, { log }])));
const chunk = (id: string, ...logs: string[]): Buffer => encodeMessagePack(['t', packed(...logs), { chunk: id }]);
const fromContainer = (id: string, log: string): Buffer => encodeMessagePack(['t', SECONDS, { container_id: id, source: 'stdout', log }]);

describe('the books: in = stored + in journal + joined + duplicate + dead-lettered + dropped', () => {
  let fixture: IngestFixture;

  beforeAll(async () => {
    fixture = await openFixture({}, OWN.slice(0, 12));
    fixture.store.refuses = ({ message }) => message.startsWith('refused');
  });
  afterAll(() => fixture.close());

  const settled = (): Promise<void> => eventually(async () => expect(await fixture.metric('logweir_journal_records')).toBe(0));
  const send = async (...frames: Buffer[]): Promise<void> => {
    const line = await Line.to(fixture.port('forward'));
    line.socket.end(Buffer.concat(frames));
    await eventually(() => expect(line.ended).toBe(true));
    line.socket.destroy();
  };

  it('hold at every scrape, whatever comes in', async () => {
    let done = false;
    let scrapes = 0;
    const wrong: unknown[] = [];
    const watch = (async () => {
      for (; !done; scrapes++) {
        const sides = await bookSides(fixture);
        if (sides.in !== sides.out) wrong.push(sides);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let turn = 0; turn < 20; turn++) {
      const logs = Array.from({ length: 200 }, (_, at) => (at % 50 === 0 ? `refused ${turn}/${at}` : `line ${turn}/${at}`));
      const trace = ['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', `ValueError: ${turn}`];
      await send(chunk(`c${turn}`, ...logs), chunk(`c${turn}`, ...logs), ...trace.map((log) => fromContainer('ab'.repeat(32), log)));
    }
    await settled();
    done = true;
    await watch;
    expect(wrong).toEqual([]);
    expect(scrapes).toBeGreaterThan(20);
  });

  it('have a column for everything that came', async () => {
    const of = (name: string): Promise<number> => fixture.metric(`logweir_records_${name}`);
    expect(await of('duplicate_total')).toBe(4_000);
    expect(await of('dead_lettered_total{type="document_parsing_exception"}')).toBe(80);
    expect(await of('joined_total')).toBe(40);
    expect(await of('stored_total')).toBe(3_920 + 20);
    const { records, journal } = fixture.ingest.status();
    const { received, dropped, ...others } = records;
    expect(others).toEqual({ duplicate: 4_000, dead_lettered: 80, joined: 40, stored: 3_940 });
    const all = [...Object.values(others), ...Object.values(dropped), journal.records].reduce((sum, lines) => sum + lines);
    expect(received).toBe(all);
  });

  it('survive a restart with all their columns, also with records that wait', async () => {
    fixture.store.away = true;
    await send(chunk('waiting', 'waits 1', 'waits 2', 'waits 3'));
    await eventually(async () => expect(await fixture.metric('logweir_journal_records')).toBe(3));
    const before = await bookSides(fixture);
    await fixture.restart();
    expect(await bookSides(fixture)).toEqual(before);
    expect(await fixture.metric('logweir_journal_records')).toBe(3);
    fixture.store.away = false;
    await settled();
    expect(await bookSides(fixture)).toEqual(before);
    expect(fixture.store.messages).toEqual(expect.arrayContaining(['waits 1', 'waits 2', 'waits 3']));
  });

  it('let a refused record be listed, fixed and sent again under its first order and id', async () => {
    const desk = fixture.ingest.deadLetters;
    const page = await desk.list({ limit: 2 });
    expect(page.items.map(({ record }) => record['message'])).toEqual(['refused 0/0', 'refused 0/50']);
    const second = await desk.list({ limit: 1, after: page.next ?? '' });
    expect(second.items.map(({ record }) => record['message'])).toEqual(['refused 0/100']);
    const [letter] = page.items;
    if (!letter) throw new Error('no letter');
    expect(letter).toMatchObject({ type: 'document_parsing_exception', reason: 'not this one' });
    expect(await desk.replay(letter.id, { ...letter.record, message: 'fixed', event: {}, logweir: {} })).toBe(true);
    await eventually(() => expect(fixture.store.messages).toContain('fixed'));
    const fixed = fixture.store.records.find(({ message }) => message === 'fixed');
    expect(fixed?.id).toBe(letter.id);
    const order = ({ event, logweir }: Readonly<Record<string, unknown>>): unknown => [
      (event as { sequence: number }).sequence,
      (logweir as { node: string }).node,
    ];
    expect(order(fixed?.record ?? {})).toEqual(order(letter.record));
    expect(await desk.get(letter.id)).toBeUndefined();
    await settled();
    const sides = await bookSides(fixture);
    expect(sides.out).toBe(sides.in);
  });

  it('keep a refused record that is removed among the dead', async () => {
    const [letter] = (await fixture.ingest.deadLetters.list({ limit: 1 })).items;
    expect(await fixture.ingest.deadLetters.remove(letter?.id ?? '')).toBe(true);
    expect(await fixture.ingest.deadLetters.remove(letter?.id ?? '')).toBe(false);
    const sides = await bookSides(fixture);
    expect(sides.out).toBe(sides.in);
  });

  it('count our own container as dropped: the hub refuses to feed itself', async () => {
    await send(fromContainer(OWN, 'our own line'), fromContainer(OWN, 'our own line'), fromContainer('d'.repeat(64), 'of a neighbour'));
    await eventually(() => expect(fixture.store.messages.at(-1)).toBe('of a neighbour'));
    expect(fixture.store.messages.includes('our own line')).toBe(false);
    expect(await fixture.metric('logweir_records_dropped_total{reason="own"}')).toBe(2);
    const sides = await bookSides(fixture);
    expect(sides.out).toBe(sides.in);
  });
});
