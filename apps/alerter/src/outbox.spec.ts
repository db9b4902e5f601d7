import { laneJob, laneOf, Outbox } from './outbox.js';

const key = (lane: string, number: number): string => `outbox/${lane}/${String(number).padStart(12, '0')}/n-${number}`;

describe('The outbox', () => {
  it('knows the lanes that have something to be sent', () => {
    const outbox = new Outbox();
    outbox.reset([key('a', 1), key('a', 2), key('b', 1)]);
    outbox.delivered([key('b', 1), key('a', 1)]);
    outbox.delivered([key('b', 1)]);
    expect(outbox.next(10)).toEqual(['a']);
    expect(outbox.size).toBe(1);
  });

  it('gives every lane its turn, also when it is read again in between', () => {
    const lanes = ['a', 'b', 'c', 'd', 'e'];
    const keys = lanes.map((lane) => key(lane, 1));
    const outbox = new Outbox();
    outbox.reset(keys);
    const given = [outbox.next(2), outbox.next(2)];
    outbox.reset([...keys, key('f', 1), key('a', 2)]);
    given.push(outbox.next(2), outbox.next(2));
    expect(given).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'a'],
      ['b', 'c'],
    ]);
    expect(outbox.next(100).toSorted()).toEqual([...lanes, 'f']);
  });

  it('gives every lane a job of its own, under an id that queues take', () => {
    expect(laneJob(laneOf(key('abc', 7)))).toEqual({ id: 'n-abc', data: { lane: 'abc' } });
  });
});
