import fc from 'fast-check';
import { EventStream } from './event-stream.js';

const TEXT = 'retry: 1000\n\nid: a1\nevent: record\ndata: {"message":"a: b"}\n\n: ping\nid: a2\n\nevent: gap\ndata: {"reason":"x"}\n\n';
const EVENTS = [
  { event: '', data: '', id: undefined },
  { event: 'record', data: '{"message":"a: b"}', id: 'a1' },
  { event: '', data: '', id: 'a2' },
  { event: 'gap', data: '{"reason":"x"}', id: undefined },
];

describe('server-sent events', () => {
  it('are read wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
        const stream = new EventStream();
        const places = [0, ...cuts.toSorted((a, b) => a - b), TEXT.length];
        const events = places.slice(1).flatMap((to, at) => stream.push(TEXT.slice(places[at], to)));
        expect(events).toEqual(EVENTS);
      }),
    );
  });

  it('never wait for an end that does not come', () => {
    const stream = new EventStream();
    expect(() => {
      for (let n = 0; n < 6; n++) stream.push('x'.repeat(1_024 * 1_024));
    }).toThrow('too long');
  });
});
