import fc from 'fast-check';
import { Timetable } from './timetable.js';

describe('a timetable', () => {
  it('gives whatever is due in the order of time, under any changes', () => {
    const change = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e'), atMs: fc.nat(20), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const timetable = new Timetable();
        const expected = new Map<string, number>();
        for (const { id, atMs, remove } of changes) {
          if (remove) timetable.remove(id);
          else timetable.set(id, atMs);
          if (remove) expected.delete(id);
          else expected.set(id, atMs);
        }
        const order = [...expected].sort(([left, leftMs], [right, rightMs]) => leftMs - rightMs || (left < right ? -1 : 1));
        expect(timetable.nextMs()).toBe(order[0]?.[1]);
        for (const [id] of order) expect(timetable.take(20)).toBe(id);
        expect(timetable.take(20)).toBeUndefined();
      }),
    );
  });

  it('gives nothing before its time', () => {
    const timetable = new Timetable();
    timetable.set('a', 5);
    expect([timetable.take(4), timetable.take(5)]).toEqual([undefined, 'a']);
  });
});
