import { brief, Desk, ERRORS, Source, T0, TIMEOUTS } from './term.fixture.js';

let desk: Desk;
beforeEach(async () => void (desk = await Desk.open()));
afterEach(() => desk.close());

const texts = async (): Promise<string[]> => (await desk.outbox()).map(brief);

describe('A term', () => {
  it('asks for delivery only when what follows from a signal is in a checkpoint', async () => {
    const term = await desk.begin([ERRORS]);
    let seen: string[] = [];
    desk.onAsk = async () => void (seen = await texts());
    await term.take(new Source().signal(ERRORS, 0, { shop: 2 }));
    expect(seen).toEqual(['firing errors shop']);
  });

  it('tells once what comes again after a crash, under the id that it had', async () => {
    const source = new Source();
    const signals = [source.signal(ERRORS, 0, { a: 1 }), source.signal(ERRORS, 1, { b: 1 }), source.signal(ERRORS, 1, { c: 1 })];
    const first = await desk.begin([ERRORS]);
    for (const signal of signals.slice(0, 2)) await first.take(signal);
    const before = await desk.outbox();
    const second = await desk.begin([ERRORS]);
    for (const signal of signals) await second.take(signal);
    expect((await desk.outbox()).slice(0, 2)).toEqual(before);
    expect(await texts()).toEqual(['firing errors a', 'firing errors b', 'firing errors c']);
  });

  it('gives the same ids when it is lost before anything was saved', async () => {
    const signal = new Source().signal(TIMEOUTS, 0, { shop: 3 });
    const other = await Desk.open();
    await (await other.begin([TIMEOUTS])).take(signal);
    await desk.begin([TIMEOUTS]);
    desk.nowMs += 4_000;
    await (await desk.begin([TIMEOUTS])).take(signal);
    expect((await desk.outbox()).map(({ id }) => id)).toEqual((await other.outbox()).map(({ id }) => id));
    await other.close();
  });

  it('cannot save any more when another one began', async () => {
    const former = await desk.begin([ERRORS]);
    const next = await desk.begin([ERRORS]);
    const source = new Source();
    const signal = source.signal(ERRORS, 0, { shop: 1 });
    await expect(former.take(signal)).rejects.toThrow('2 has claimed it');
    expect(await texts()).toEqual([]);
    await next.take(signal);
    expect(await texts()).toEqual(['firing errors shop']);
  });

  it('holds positions only when they are in a checkpoint, at the latest a second later', async () => {
    const term = await desk.begin([ERRORS]);
    const source = new Source();
    await term.take(source.signal(TIMEOUTS, 0, { shop: 1 }));
    expect(await term.held()).toEqual({});
    desk.nowMs += 1_000;
    await term.turn();
    expect(await term.held()).toEqual({ j1: 110 });
  });

  it('counts several journals each from its own position', async () => {
    const [one, other] = [new Source('j1'), new Source('j2')];
    const term = await desk.begin([TIMEOUTS]);
    await term.take(one.signal(TIMEOUTS, 0, { shop: 2 }));
    const late = other.signal(TIMEOUTS, 0, { shop: 1 });
    await term.take(late);
    await term.take(late);
    expect(await texts()).toEqual(['firing timeouts shop']);
    expect((await desk.outbox())[0]?.alerts[0]?.values).toEqual({ value: 3, threshold: 3 });
  });

  it('waits for the signal in between, whatever order they come in', async () => {
    const source = new Source();
    const signals = [source.signal(ERRORS, 0, { a: 1 }), source.signal(ERRORS, 0, { b: 1 }), source.signal(ERRORS, 0, { c: 1 })];
    const term = await desk.begin([ERRORS]);
    for (const index of [2, 0, 1]) await term.take({ ...(signals[index] as (typeof signals)[0]), first: 100 });
    expect(new Set(await texts())).toEqual(new Set(['firing errors a', 'firing errors b', 'firing errors c']));
  });

  it('tells the begin and the end of what began and ended while nobody was there', async () => {
    const source = new Source();
    const signal = source.signal(TIMEOUTS, 0, { shop: 3 });
    const term = await desk.begin([TIMEOUTS]);
    desk.nowMs += 60_000;
    term.hear({ journal: 'j1', node: 'j1', arrivedMs: desk.nowMs, from: signal.from, to: signal.to });
    await term.take(signal);
    desk.nowMs += 1_000;
    await term.turn();
    expect(await texts()).toEqual(['firing timeouts shop', 'resolved timeouts shop']);
  });

  it('tells of records that nobody looked at', async () => {
    const term = await desk.begin([ERRORS]);
    await term.take({ ...new Source().signal(ERRORS, 0, {}), rules: [], skipped: 42 });
    const [notice] = await desk.outbox();
    expect(notice?.alerts[0]?.annotations['summary']).toBe('42 records passed no rule: the queue was away for too long');
  });

  it('ends what a rule has firing that is gone, also when it went while nobody was there', async () => {
    await (await desk.begin([TIMEOUTS])).take(new Source().signal(TIMEOUTS, 0, { shop: 3 }));
    desk.nowMs += 1_000;
    const term = await desk.begin([ERRORS]);
    await term.turn();
    desk.nowMs = (T0 + 60) * 1_000;
    await term.turn();
    expect(await texts()).toEqual(['firing timeouts shop', 'resolved timeouts shop']);
  });

  it('forgets entries that a worker says are dealt with, and asks again for the lanes of all others', async () => {
    const source = new Source();
    const term = await desk.begin([ERRORS]);
    await term.take(source.signal(ERRORS, 0, { a: 1 }));
    const keys = [...(await desk.documents.checkpoint('alerts').read('outbox/')).keys()];
    await term.take(source.signal(ERRORS, 0, { b: 1 }));
    expect(term.report().outbox).toBe(2);
    term.delivered({ keys, lines: [] });
    expect(term.report().outbox).toBe(1);
  });
});
