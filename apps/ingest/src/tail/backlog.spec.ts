import fc from 'fast-check';
import type { TailRecord } from '#libs/tail';
import { Backlog } from './backlog.js';

const AT = (position: number): string => `2026-11-21T12:00:00.${String(position).padStart(9, '0')}Z`;
const recordOf = (position: number, fill = 0): TailRecord => ({
  position,
  from: position - 1,
  source: Buffer.from(JSON.stringify({ event: { sequence: position }, '@timestamp': AT(position), message: 'x'.repeat(fill) })),
});
const behind = (position: number) => ({ position, from: position });

describe('Backlog', () => {
  it('hands on in order, up to the place that was reached', () => {
    const backlog = new Backlog('n', () => undefined);
    backlog.add(recordOf(4));
    backlog.add(recordOf(7));
    const event = backlog.take(behind(20));
    expect(event).toMatchObject({ kind: 'records', node: 'n', place: behind(20) });
    expect(event?.kind === 'records' && event.records.map(({ position }) => position)).toEqual([4, 7]);
    expect(backlog.take(behind(20))).toBeUndefined();
  });

  it('never gives a place before a record that it hands on', () => {
    const backlog = new Backlog('n', () => undefined);
    backlog.add(recordOf(7));
    expect(backlog.take(behind(3))).toMatchObject({ place: { position: 8, from: 6 } });
  });

  it('hands on a part when there is much, with the place behind that', () => {
    const backlog = new Backlog('n', () => undefined);
    for (let n = 1; n <= 3; n++) backlog.add(recordOf(n, 200_000));
    expect(backlog.take(behind(9))).toMatchObject({ place: { position: 3, from: 1 } });
    expect(backlog.take(behind(9))).toMatchObject({ place: behind(9) });
  });

  it('drops the oldest over its limit, says which, and keeps the order', () => {
    let dropped = 0;
    const backlog = new Backlog('n', () => (dropped += 1), 1_000);
    for (let n = 1; n <= 10; n++) backlog.add(recordOf(n, 150));
    expect(backlog.take(behind(11))).toEqual({ kind: 'dropped', node: 'n', count: dropped, from: AT(1), to: AT(dropped) });
    const rest = backlog.take(behind(11));
    expect(rest?.kind === 'records' && rest.records[0]?.position).toBe(dropped + 1);
  });

  it('tells of any record once, handed on or dropped, and never holds more than its limit', () => {
    const steps = fc.array(fc.oneof(fc.record({ fill: fc.nat(400) }), fc.constant('take' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (all) => {
        const backlog = new Backlog('n', () => undefined, 2_000);
        const told: number[] = [];
        let [added, lost] = [0, 0];
        const take = (): boolean => {
          const event = backlog.take(behind(added + 1));
          if (event?.kind === 'dropped') lost += event.count;
          if (event?.kind === 'records') told.push(...event.records.map(({ position }) => position));
          return event !== undefined;
        };
        for (const step of all) {
          if (step === 'take') take();
          else backlog.add(recordOf(++added, step.fill));
        }
        while (take());
        expect(told.length + lost).toBe(added);
        expect(told).toEqual([...new Set(told)].sort((a, b) => a - b));
      }),
    );
  });
});
