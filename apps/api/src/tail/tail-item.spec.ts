import fc from 'fast-check';
import { formatTime } from '#libs/query';
import { tailItem, tailItemText } from './tail-item.js';

const NODE = 'web-3f9a2c12';
const times = fc.bigInt({ min: 1_000_000_000n, max: (1n << 63n) - 1n });
const recordOf = (ns: bigint, sequence: number, rest: object): Record<string, unknown> => ({
  event: { sequence, created: formatTime(ns), severity: 17 },
  '@timestamp': formatTime(ns),
  message: 'x',
  ...rest,
  logweir: { node: NODE },
});

describe('an item of a tail', () => {
  it('is the same whether the record was parsed for it or not', () => {
    fc.assert(
      fc.property(times, fc.maxSafeNat(), fc.record({ attributes: fc.object() }), (ns, position, rest) => {
        const record = recordOf(ns, position, rest);
        const text = tailItemText(JSON.stringify(record), { position, node: NODE });
        expect(JSON.parse(text ?? '')).toEqual(JSON.parse(JSON.stringify(tailItem(record, undefined))));
      }),
    );
  });

  it.each([
    ['has another sequence than its place', JSON.stringify(recordOf(5n, 8, {}))],
    ['has an event with texts that may hold anything', `{"event":{"sequence":7,"original":"a\\"}"},"@timestamp":"${formatTime(5n)}"}`],
    ['is written in another order', `{"@timestamp":"${formatTime(5n)}","event":{"sequence":7}}`],
  ])('is made of the parsed record when that %s', (_, source) => {
    expect(tailItemText(source, { position: 7, node: NODE })).toBeUndefined();
  });

  it('has the fields that are asked for, and its id and time', () => {
    const record = recordOf(5n, 7, { attributes: { 'user.plan': 'pro', other: 1 }, log: { level: 'info', logger: 'x' } });
    expect(tailItem(record, ['log.level', 'user.plan', 'absent'])).toEqual({
      id: `5-7-${NODE}`,
      '@timestamp': formatTime(5n),
      log: { level: 'info' },
      attributes: { 'user.plan': 'pro' },
    });
  });
});
