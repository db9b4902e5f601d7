import { laneJob, laneOf, Outbox } from './outbox.js';

const key = (lane: string, number: number): string => `outbox/${lane}/${String(number).padStart(12, '0')}/n-${number}`;

describe('The outbox', () => {
  it('knows the lanes that have something to be sent', () => {
    const outbox = new Outbox();
    outbox.reset([key('a', 1), key('a', 2), key('b', 1)]);
    outbox.delivered([key('b', 1), key('a', 1)]);
    outbox.delivered([key('b', 1)]);
    expect([...outbox.lanes]).toEqual(['a']);
    expect(outbox.size).toBe(1);
  });

  it('gives every lane a job of its own, under an id that queues take', () => {
    expect(laneJob(laneOf(key('abc', 7)))).toEqual({ id: 'n-abc', data: { lane: 'abc' } });
  });
});
