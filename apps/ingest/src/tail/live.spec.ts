import { setImmediate as turn } from 'node:timers/promises';
import type { TailEvent, TailFeed } from '#libs/tail';
import { everything, messagesOf, TailStage } from './tail.fixture.js';

const SEGMENT_BYTES = 4_096;
const MAX_BEHIND_BYTES = 8_192;
const LINE = 'x'.repeat(500);

/** Rests between two looks until it is told to go on. */
class Rest {
  private held: Promise<void> | undefined;
  private release = (): void => undefined;

  hold(): void {
    this.held = new Promise((resolve) => (this.release = resolve));
  }

  goOn(): void {
    this.held = undefined;
    this.release();
  }

  readonly delay = async (): Promise<void> => {
    await turn();
    await this.held;
  };
}

describe('a tail that is to end', () => {
  let stage: TailStage;
  const rest = new Rest();
  beforeEach(async () => (stage = await TailStage.begin(SEGMENT_BYTES)));
  afterEach(() => stage.close());

  const restOf = async (feed: TailFeed): Promise<string[]> => {
    const messages: string[] = [];
    for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
      if (event.kind === 'records') messages.push(...messagesOf(event).map(([, message]) => message));
    }
    return messages;
  };

  it.each([
    ['follows', everything()],
    ['catches up', { ...everything(), sinceNs: 0n }],
  ])('gets what is on disk by then, and ends, while it %s', async (_, request) => {
    const feed = stage.tail({ delay: rest.delay }).open(request);
    rest.hold();
    for (const message of ['one', 'two', 'three']) await stage.plain(message);
    const told = restOf(feed);
    feed.finish();
    rest.goOn();
    expect(await told).toEqual(['one', 'two', 'three']);
    await stage.plain('late');
    expect(await feed.next()).toBeUndefined();
  });

  it('ends at once when there is nothing to tell', async () => {
    await stage.plain('before');
    const feed = stage.tail().open(everything());
    const told = restOf(feed);
    feed.finish();
    expect(await told).toEqual([]);
  });
});

describe('the head of the journal, when more comes in than tails may cost', () => {
  let stage: TailStage;
  const rest = new Rest();
  let feed: TailFeed;
  beforeEach(async () => {
    stage = await TailStage.begin(SEGMENT_BYTES);
    feed = stage.tail({ delay: rest.delay, maxBehindBytes: MAX_BEHIND_BYTES }).open(everything());
  });
  afterEach(() => stage.close());

  const send = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) await stage.plain(LINE);
  };
  /** `count` lines while nothing is looked at. */
  const burst = async (count: number, meanwhile = async (): Promise<void> => undefined): Promise<void> => {
    rest.hold();
    await send(count);
    await meanwhile();
    rest.goOn();
  };
  /** How many it was told, and how many were passed over, until the last line is one of them; and how often it was told so. */
  const counted = async (): Promise<{ told: number; passed: number; gaps: number }> => {
    const sum = { told: 0, passed: 0, gaps: 0 };
    await stage.plain('last');
    for (let isLast = false; !isLast;) {
      const event = (await feed.next()) as TailEvent;
      if (event.kind === 'gap') {
        sum.gaps++;
        sum.passed += Number(/^(\d+) lines were not looked at/.exec(event.reason)?.[1]);
      }
      if (event.kind !== 'records') continue;
      const messages = messagesOf(event).map(([, message]) => message);
      sum.told += messages.length;
      isLast = messages.includes('last');
    }
    return sum;
  };
  const passedOver = async (): Promise<number> => {
    const { values } = await stage.metrics.tailPassedOver.get();
    return values[0]?.value ?? 0;
  };
  const eventually = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await turn();
  };

  it('tells all while less waits than the limit', async () => {
    await burst(10);
    expect(await counted()).toEqual({ told: 11, passed: 0, gaps: 0 });
    expect(await passedOver()).toBe(0);
  });

  it('goes on at the newest, and what it tells and what it says it left out are all', async () => {
    await send(3);
    await burst(100);
    await eventually(async () => (await passedOver()) > 0);
    await send(5);
    const { told, passed, gaps } = await counted();
    expect(passed).toBeGreaterThan(80);
    expect(told).toBeGreaterThanOrEqual(6);
    expect(told + passed).toBe(109);
    expect(gaps).toBe(1);
    expect(await passedOver()).toBe(passed);
  });

  it('says so once for all that was passed over since the client took the last', async () => {
    for (let round = 1; round <= 3; round++) {
      const before = await passedOver();
      await burst(100);
      await eventually(async () => (await passedOver()) > before);
    }
    const { told, passed, gaps } = await counted();
    expect(told + passed).toBe(301);
    expect(gaps).toBe(1);
  });

  it('counts what was removed before it was looked at as passed over', async () => {
    await send(1);
    await burst(12, () => stage.store());
    await eventually(async () => (await passedOver()) > 0);
    const { told, passed } = await counted();
    expect(passed).toBeGreaterThanOrEqual(8);
    expect(told + passed).toBe(14);
  });
});
