import fc from 'fast-check';
import { TailBuffer, type TailNews } from './tail-buffer.js';

const line = (n: number): TailNews => ({ kind: 'record', record: { id: String(n), '@timestamp': '' } });
const ids = ({ rows }: TailBuffer): string[] => rows.map((row) => (row.kind === 'record' ? row.record.id : row.kind));

describe('the rows of a tail', () => {
  it('stay as they are until what has come is to be shown', () => {
    const buffer = new TailBuffer();
    buffer.add([line(1)]);
    buffer.show();
    const before = buffer.rows;
    buffer.add([line(2), { kind: 'gap', reason: 'r' }]);
    expect([buffer.rows, buffer.fresh]).toEqual([before, 2]);
    buffer.show();
    expect([ids(buffer), buffer.fresh]).toEqual([['1', '2', 'gap'], 0]);
  });

  it('are never more than the most, the newest, in order, and none is lost uncounted', () => {
    const step = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constant('show' as const));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const buffer = new TailBuffer(25);
        let sent = 0;
        for (const one of steps) {
          if (one === 'show') buffer.show();
          else buffer.add(Array.from({ length: one }, () => line(sent++)));
          expect(buffer.rows.length).toBeLessThanOrEqual(25);
        }
        buffer.show();
        const shown = ids(buffer).map(Number);
        expect(shown).toEqual(Array.from({ length: shown.length }, (_, at) => sent - shown.length + at));
        expect(shown.length + buffer.forgotten).toBe(sent);
      }),
    );
  });
});
