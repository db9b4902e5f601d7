import type { Alert, Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { alertFixture, notificationFixture } from '../notification.fixture.js';
import { beginLane, planLane, type LanePlan } from './lane.js';
import { formatLaneMemory, NEW_LANE, parseLaneMemory, type LaneMemory } from './lane-memory.js';
import { abandonLane, isForgettable, settleLane, type Settlement } from './settle.js';

const half = (): number => 0.5;
const REFUSED = new DeliveryError('cannot be reached', { retryable: true });
const LOST = new DeliveryError('did not answer', { retryable: true, uncertain: true });

const OCCURRENCE: Partial<Alert> = { occurrence: true };

function notice(number: number, status: 'firing' | 'resolved' = 'firing', ...alerts: Partial<Alert>[]): Notification {
  const reason = number === 1 ? 'first_notification' : status === 'resolved' ? 'all_resolved' : 'new_alerts';
  return notificationFixture({
    id: `n-${number}`,
    number,
    status,
    reason,
    alerts: (alerts.length === 0 ? [{}] : alerts).map(alertFixture),
  });
}

function settle(plan: LanePlan, error?: unknown, nowMs = 0): Settlement {
  const { send } = plan;
  if (send === undefined) throw new Error('nothing to send');
  return settleLane({ ...plan, send }, error === undefined ? { delivered: true } : { delivered: false, error }, nowMs, half);
}

const OPEN: LaneMemory = { ...NEW_LANE, open: true };
const settledOf = (plan: LanePlan): string[] => plan.settled.map(({ number, as }) => `${number} ${as}`);

describe('planLane', () => {
  it.each<[string, readonly Notification[], LaneMemory | undefined, number | undefined, string[]]>([
    ['sends the lowest number first', [notice(2, 'firing', OCCURRENCE), notice(1, 'firing', OCCURRENCE)], undefined, 1, []],
    ['lets a newer picture replace an older one', [notice(1), notice(2), notice(3)], undefined, 3, ['1 replaced', '2 replaced']],
    ['tells no end of what nobody saw begin', [notice(1), notice(2, 'resolved')], undefined, undefined, ['1 replaced', '2 not_needed']],
    ['tells the end when the receiver saw it begin', [notice(2), notice(3, 'resolved')], OPEN, 3, ['2 replaced']],
    ['tells the end when it cannot know what the receiver saw', [notice(5, 'resolved')], undefined, 5, []],
    ['keeps an end that the receiver waits for before a new beginning', [notice(2, 'resolved'), notice(3)], OPEN, 2, []],
    ['tells one end only', [notice(2, 'resolved'), notice(3), notice(4, 'resolved')], OPEN, 2, ['3 replaced', '4 not_needed']],
    ['never replaces an occurrence', [notice(1, 'firing', OCCURRENCE), notice(2, 'firing', OCCURRENCE), notice(3)], undefined, 1, []],
    ['never takes an occurrence for news of a condition', [notice(1), notice(2, 'firing', OCCURRENCE)], undefined, 1, []],
    ['replaces a picture also across an occurrence', [notice(1), notice(2, 'firing', OCCURRENCE), notice(3)], undefined, 2, ['1 replaced']],
    [
      'tells the end of a condition that an occurrence carries along',
      [notice(1, 'firing', OCCURRENCE, {}), notice(2, 'resolved')],
      undefined,
      1,
      [],
    ],
    ['sends nothing that was dealt with before a crash', [notice(1), notice(2)], { ...OPEN, settled: 1 }, 2, ['1 left_over']],
    ['is empty without entries', [], undefined, undefined, []],
  ])('%s', (_name, entries, memory, sent, settled) => {
    const plan = planLane(entries, memory);
    expect(plan.send?.number).toBe(sent);
    expect(settledOf(plan)).toEqual(settled);
  });

  it('holds a bounded number of bytes for an endpoint that is away, and counts what it drops', () => {
    const entries = Array.from({ length: 100 }, (_, index) => notice(index + 1, 'firing', OCCURRENCE));
    const plan = planLane(entries, undefined, { maxBytes: 10_000 });
    const dropped = plan.settled.filter(({ as }) => as === 'overflow');
    expect(plan.send?.number).toBe(dropped.length + 1);
    expect(Buffer.byteLength(JSON.stringify(entries.slice(dropped.length)))).toBeLessThan(10_200);
    expect(dropped.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(dropped.length);
  });
});

describe('settleLane', () => {
  it('remembers that the receiver knows of a condition until it knows of its end', () => {
    const { memory } = settle(planLane([notice(1)], undefined));
    expect([memory.open, isForgettable(memory, 0)]).toEqual([true, false]);
    const after = settle(planLane([notice(2, 'resolved')], memory));
    expect([after.memory.open, isForgettable(after.memory, 0), after.settled?.as]).toEqual([false, true, 'delivered']);
  });

  it('waits for nobody after an occurrence', () => {
    expect(settle(planLane([notice(1, 'firing', OCCURRENCE)], undefined)).memory.open).toBe(false);
  });

  it('tells the end of a firing notice whose answer was lost, and not of one that was refused', () => {
    const lost = settle(planLane([notice(1)], undefined), LOST);
    expect(planLane([notice(1), notice(2, 'resolved')], lost.memory).send?.number).toBe(2);
    const refused = settle(planLane([notice(1)], undefined), REFUSED);
    expect(planLane([notice(1), notice(2, 'resolved')], refused.memory).send).toBeUndefined();
  });

  it('tells the end of a firing notice whose sending a crash interrupted', () => {
    const plan = planLane([notice(1)], undefined);
    const begun = beginLane({ ...plan, send: notice(1) });
    expect(planLane([notice(1), notice(2, 'resolved')], begun).send?.number).toBe(2);
  });

  it('saves nothing before sending what opens nothing new', () => {
    expect(beginLane({ ...planLane([notice(1)], OPEN), send: notice(1) })).toBeUndefined();
    const occurrence = notice(1, 'firing', OCCURRENCE);
    expect(beginLane({ ...planLane([occurrence], undefined), send: occurrence })).toBeUndefined();
  });

  it('tries again later each time', () => {
    const first = settle(planLane([notice(1)], undefined), REFUSED, 1_000);
    expect([first.retryMs, first.settled]).toEqual([1_000, undefined]);
    const plan = planLane([notice(1)], first.memory);
    expect([plan.notBeforeMs, plan.attempts]).toEqual([2_000, 1]);
    expect(settle(plan, REFUSED, 2_000).retryMs).toBe(5_000);
  });

  it('does not let a new notice wait out the hour of its predecessor', () => {
    const tired: LaneMemory = { ...NEW_LANE, tried: 'n-1', attempts: 20, lastTryMs: 1_000, retryAtMs: 3_601_000 };
    expect(planLane([notice(1), notice(2)], tired)).toMatchObject({ notBeforeMs: 31_000, attempts: 3 });
    expect(planLane([notice(1), notice(2)], { ...tired, quietUntilMs: 60_000 }).notBeforeMs).toBe(60_000);
  });

  it('does not wait longer when the clock was turned back', () => {
    const { memory } = settle(planLane([notice(1)], undefined), REFUSED, 7_200_000);
    expect(planLane([notice(1)], memory, { nowMs: 3_600_000 }).notBeforeMs).toBe(3_601_000);
    expect(planLane([notice(1)], memory, { nowMs: 7_200_500 }).notBeforeMs).toBe(7_201_000);
  });

  it('gives up what cannot be delivered, with the reason for the history', () => {
    const { settled, gone, retryMs } = settle(planLane([notice(1)], undefined), new DeliveryError('answered 404', { retryable: false }));
    expect([settled?.as, settled?.reason, gone, retryMs]).toEqual(['given_up', 'answered 404', false, undefined]);
  });

  it('says when the endpoint is gone', () => {
    const plan = planLane([notice(1)], undefined);
    expect(settle(plan, new DeliveryError('answered 410', { retryable: false, gone: true }))).toMatchObject({
      gone: true,
      settled: { as: 'switched_off' },
    });
    expect(abandonLane([notice(2), notice(3)], 'switched off').map(({ as }) => as)).toEqual(['switched_off', 'switched_off']);
  });

  it('survives being saved', () => {
    const { memory } = settle(planLane([notice(1)], undefined), LOST, 5);
    expect(parseLaneMemory(formatLaneMemory(memory))).toEqual(memory);
    expect(parseLaneMemory('torn {')).toBeUndefined();
  });
});
