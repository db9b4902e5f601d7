import fc from 'fast-check';
import type { Place, TailFeed } from '#libs/tail';
import type { Tail } from './tail.js';
import { everything, TailStage } from './tail.fixture.js';

const SEGMENT_BYTES = 2_048;
const FILLER = 'x'.repeat(600);

type Step = { readonly do: 'plain' | 'store' | 'settle' | 'look' } | { readonly do: 'part' | 'end'; readonly join: string };

const join = fc.constantFrom('a', 'b');
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ do: 'plain' }) },
    { weight: 3, arbitrary: join.map((name): Step => ({ do: 'part', join: name })) },
    { weight: 1, arbitrary: join.map((name): Step => ({ do: 'end', join: name })) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'store' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'settle' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'look' }) },
  ),
  { minLength: 10, maxLength: 40 },
);

describe('a tail that goes on where it was', () => {
  let stage: TailStage;
  beforeEach(async () => (stage = await TailStage.begin(SEGMENT_BYTES)));
  afterEach(() => stage.close());

  /** The place behind what a tail was told last. */
  async function placeOf(feed: TailFeed): Promise<Place> {
    for (let event = await feed.next(); event !== undefined; event = await feed.next()) {
      if (event.kind === 'records' && event.place.position >= stage.journal.durable) return event.place;
    }
    throw new Error('the tail has ended');
  }

  /** Lines enough for two files. */
  async function fill(): Promise<void> {
    for (let n = 0; n < 8; n++) await stage.plain(`${n} ${FILLER}`);
  }

  async function resumed(tail: Tail, place: Place): Promise<[number, string][]> {
    return stage.told(tail.open(everything({ [stage.journal.node]: place })), place.position);
  }

  it('gets a join once and whole whose first part is in a file that was removed', async () => {
    const tail = stage.tail();
    const before = tail.open(everything());
    await stage.part('a', 'first');
    await stage.plain('seen');
    const place = await placeOf(before);
    await fill();
    await stage.part('a', 'second');
    await stage.end('a');
    await stage.store();
    await stage.plain('last');
    expect(place.from).toBeLessThan(place.position);
    expect(stage.journal.oldest).toBeGreaterThan(place.from);
    const told = await resumed(tail, place);
    expect(told).toEqual(stage.expected(place.position));
    expect(told.map(([, message]) => message)).toContain('first\nsecond');
  });

  it('gets every record once from any place, whatever was removed before it was opened and since', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const run = await TailStage.begin(SEGMENT_BYTES);
        const places: (Place | undefined)[] = [undefined];
        const tails = [run.tail()];
        for (const step of all) {
          if (step.do === 'look') places.push(run.journal.tip);
          else if (step.do === 'settle') tails.push(run.tail());
          else await take(run, step);
        }
        const opened = places.flatMap((place) => tails.map((tail) => ({ place, feed: tail.open(from(run, place)) })));
        await run.endAll();
        await run.plain('last');
        await run.store();
        const late = places.flatMap((place) => tails.map((tail) => ({ place, feed: tail.open(from(run, place)) })));
        for (const { place, feed } of [...opened, ...late]) {
          const at = place?.position ?? 0;
          expect(await run.told(feed, at)).toEqual(run.expected(at));
        }
        await run.close();
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

let taken = 0;

async function take(stage: TailStage, step: Step): Promise<void> {
  const text = `${taken++} ${FILLER}`;
  if (step.do === 'plain') await stage.plain(text);
  else if (step.do === 'part') await stage.part(step.join, text);
  else if (step.do === 'end') await stage.end(step.join);
  else await stage.store();
}

/** From this place, or with all that there is. */
function from({ journal }: TailStage, place: Place | undefined) {
  return place === undefined ? { ...everything(), sinceNs: 0n } : everything({ [journal.node]: place });
}
