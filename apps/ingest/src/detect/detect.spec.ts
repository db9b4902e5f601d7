import { SIGNALS, type Signal } from '#libs/rules';
import { eventually } from '../../../../test/support/eventually.js';
import { MemoryCoordination } from '../../../../test/support/memory-coordination.js';
import { contentOf, DetectNode, type NodeOptions, ruleOf, watermarksOf } from './detect.fixture.js';

const nodes: DetectNode[] = [];
let coordination: MemoryCoordination;
beforeEach(() => (coordination = new MemoryCoordination()));
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

async function start(options: Partial<NodeOptions> = {}): Promise<DetectNode> {
  const node = await DetectNode.start({ coordination, ...options });
  nodes.push(node);
  return node;
}

const signalsOf = (node: DetectNode, count: number): Promise<void> =>
  eventually(() => expect(node.signals.length).toBeGreaterThanOrEqual(count), 5_000);
/** Each group with its matches; records written one after the other may be of different seconds. */
const groupsOf = (signal: Signal | undefined): unknown =>
  signal?.rules[0]?.groups.map(({ key, seconds }) => [key[0], seconds.reduce((sum, [, records]) => sum + records, 0)]);

describe('Signals', () => {
  it('go under an id of journal, range and the fencing number of the owner that asked', async () => {
    const node = await start();
    await node.hear(7);
    await node.write({ service: 'shop' }, { service: 'shop' }, { service: 'cart' }, { level: 'info' });
    await signalsOf(node, 1);
    const [signal] = node.signals;
    expect(groupsOf(signal)).toEqual([
      ['shop', 2],
      ['cart', 1],
    ]);
    const ids = coordination.queue(SIGNALS).added.map(({ id }) => id);
    expect(ids[0]).toBe(`s-${node.journal.id}-${signal?.from}-${signal?.to}-7`);
    expect(ids[0]).toMatch(/^[a-z]-[A-Za-z0-9._-]+$/);
  });

  it('cover ranges that follow each other without a gap', async () => {
    const node = await start();
    await node.hear(1);
    for (const text of ['a', 'b', 'c']) {
      await node.write({ text });
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await signalsOf(node, 3);
    const { signals } = node;
    expect(signals.slice(1).map(({ from }) => from)).toEqual(signals.slice(0, -1).map(({ to }) => to));
  });

  it('have their range in the cursor file before the job is added', async () => {
    const node = await start();
    let copy: string | undefined;
    coordination.queue(SIGNALS).onAdd = async () => void (copy ??= await node.snapshot());
    await node.hear(1);
    await node.write({ service: 'shop' });
    await signalsOf(node, 1);
    const [before] = node.signals;
    coordination.queue(SIGNALS).onAdd = () => undefined;
    const next = await startOther(copy ?? '');
    expect(next.signals.slice(0, 1).map(contentOf)).toEqual([contentOf(before as Signal)]);
  });

  it('are made exactly the same by a replay, whatever came behind them since', async () => {
    const node = await start();
    await node.hear(1);
    for (const service of ['a', 'b', 'c', 'd']) {
      await node.write({ service }, { service, level: 'info' }, { service });
      await signalsOf(node, node.signals.length + 1);
    }
    await node.write({ service: 'e', level: 'info' });
    const before = node.signals.map(contentOf);
    const next = await startOther(await node.snapshot());
    await next.write({ service: 'f' });
    await eventually(() => expect(next.signals.map(contentOf).slice(0, before.length)).toEqual(before));
    await eventually(
      () => expect(groupsOf(next.signals.slice(before.length).find(({ rules }) => rules.length > 0))).toEqual([['f', 1]]),
      8_000,
    );
  });

  it('are not made again once a checkpoint holds them', async () => {
    const node = await start();
    await node.hear(1);
    await node.write({ service: 'a' });
    await signalsOf(node, 1);
    await node.hear(1, node.signals[0]?.to);
    await node.write({ service: 'b' });
    await signalsOf(node, 2);
    const next = await startOther(await node.snapshot());
    expect(next.signals.map(groupsOf)).toEqual([[['b', 1]]]);
  });

  it('that are not held are sent to every new owner, and to no former one', async () => {
    const node = await start();
    await node.write({ service: 'a' });
    await node.hear(5);
    await signalsOf(node, 1);
    await node.hear(4);
    await node.hear(6);
    await eventually(() => expect(node.signals).toHaveLength(2));
    expect(coordination.queue(SIGNALS).added.map(({ id }) => id.split('-').at(-1))).toEqual(['5', '6']);
    expect(contentOf(node.signals[1] as Signal)).toEqual(contentOf(node.signals[0] as Signal));
  });

  it('say where the oldest of them begins that nobody holds', async () => {
    const node = await start();
    await node.hear(1);
    await node.write({ service: 'a' });
    await signalsOf(node, 1);
    await node.write({ service: 'b' });
    await signalsOf(node, 2);
    expect(node.signals.map(({ first }) => first)).toEqual([node.signals[0]?.from, node.signals[0]?.from]);
  });
});

describe('While the queue is away', () => {
  it('detection waits, and everything is sent when it is back', async () => {
    const node = await start();
    await node.hear(1);
    coordination.away = true;
    await node.write({ service: 'a' });
    await node.write({ service: 'b' });
    coordination.away = false;
    await eventually(async () => {
      await node.hear(1);
      expect(node.signals.flatMap((signal) => signal.rules[0]?.groups.map(({ key }) => key[0]))).toEqual(['a', 'b']);
    }, 10_000);
  }, 15_000);

  it('intake goes on; past the limit a skip signal says how many records were left out', async () => {
    const node = await start({ limits: { signals: 1, bytes: 1e9 }, maxBehindBytes: 1_000 });
    await node.write({ service: 'a' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let n = 0; n < 20; n++) await node.write({ service: 'b' });
    expect(node.journal.writable).toBe(true);
    await eventually(async () => {
      await node.hear(1);
      expect(node.signals.map(({ skipped }) => skipped ?? 0)).toContain(20);
    }, 8_000);
    expect(node.signals.find(({ skipped }) => skipped !== undefined)?.rules).toEqual([]);
    expect(await node.metrics.registry.metrics()).toContain('logweir_alert_skipped_records_total 20');
  }, 15_000);
});

describe('Watermarks', () => {
  it('come every second also when nothing happens, and name the end of the last range', async () => {
    const heard = await watermarksOf(coordination);
    const node = await start();
    await node.hear(1);
    await node.write({ service: 'a' });
    await signalsOf(node, 1);
    const { from, to } = node.signals[0] as Signal;
    await eventually(() => expect(heard.at(-1)).toMatchObject({ journal: node.journal.id, from, to }), 3_000);
    const seen = heard.length;
    await eventually(() => expect(heard.length).toBeGreaterThan(seen + 1), 5_000);
  }, 10_000);

  it('go on after a restart, also when nothing new comes', async () => {
    const node = await start();
    await node.hear(1);
    await node.write({ service: 'a' });
    await signalsOf(node, 1);
    const copy = await node.snapshot();
    coordination = new MemoryCoordination();
    const heard = await watermarksOf(coordination);
    const restartedMs = Date.now();
    await (await start({ dir: copy })).hear(2);
    await eventually(() => expect(heard.at(-1)?.arrivedMs ?? 0).toBeGreaterThan(restartedMs), 5_000);
  }, 10_000);

  it('never go backwards, also when the clock does', async () => {
    const heard = await watermarksOf(coordination);
    let turned = 0;
    const node = await start({ wall: () => Date.now() - turned });
    await node.hear(1);
    await eventually(() => expect(heard.at(-1)?.arrivedMs ?? 0).toBeGreaterThan(0), 4_000);
    turned = 3_600_000;
    const seen = heard.length;
    await eventually(() => expect(heard.length).toBeGreaterThan(seen + 1), 5_000);
    const times = heard.map(({ arrivedMs }) => arrivedMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }, 15_000);
});

describe('Without rules', () => {
  it('nothing is read; a rule sees what comes after it', async () => {
    const node = await start({ rules: [ruleOf({ enabled: false })] });
    await node.write({ service: 'a' });
    await node.hear(1);
    expect(node.signals).toEqual([]);
  });
});

/** Another process on what is left of a node; the owner has a new fencing number. */
async function startOther(dir: string): Promise<DetectNode> {
  coordination = new MemoryCoordination();
  const node = await start({ dir });
  await eventually(async () => {
    await node.hear(99);
    expect(node.signals.length).toBeGreaterThan(0);
  }, 5_000);
  return node;
}
