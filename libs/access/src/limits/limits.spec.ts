import fc from 'fast-check';
import { sourceOf } from './address.js';
import { BoundedTable } from './bounded-table.js';
import { ConnectionCount } from './connection-count.js';
import { Limits } from './limits.js';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('never lets more through than a burst and its rate, when who is in debt waits', () => {
    const amounts = fc.array(fc.record({ amount: fc.integer({ min: 0, max: 500 }), pause: fc.integer({ min: 0, max: 2_000 }) }), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 1, max: 1_000 }), (steps, rate) => {
        let now = 0;
        let taken = 0;
        const bucket = new TokenBucket(rate, () => now);
        for (const { amount, pause } of steps) {
          now += pause + bucket.waitMs;
          // Only the last batch may be over what there was: it is paid for before the next.
          expect(taken).toBeLessThanOrEqual(rate + (rate * now) / 1_000 + 1e-6);
          bucket.take(amount);
          taken += amount;
        }
      }),
    );
  });

  it('tells how long a debt takes', () => {
    let now = 0;
    const bucket = new TokenBucket(100, () => now);
    bucket.take(350);
    expect(bucket.waitMs).toBe(2_500);
    now = 2_500;
    expect(bucket.waitMs).toBe(0);
    now = 3_500;
    expect(bucket.isFull).toBe(true);
  });
});

describe('a bounded table', () => {
  it('never has more entries than it may, whoever comes, and forgets nobody who is in debt', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 900 })), { maxLength: 200 }), (visits) => {
        let now = 0;
        let full = 0;
        const make = (): TokenBucket => new TokenBucket(1, () => now);
        const table = new BoundedTable({ max: 8, make, isIdle: (bucket) => bucket.isFull, onFull: () => full++, now: () => now });
        const last = new Map<string, TokenBucket>();
        for (const [name, pause] of visits) {
          now += pause;
          const before = last.get(`${name}`);
          const owed = before !== undefined && before.waitMs > 0;
          const bucket = table.of(`${name}`);
          if (owed) expect(bucket.waitMs).toBeGreaterThan(0);
          bucket.take(2);
          last.set(`${name}`, bucket);
          expect(table.size).toBeLessThanOrEqual(8);
        }
        expect(full).toBeLessThanOrEqual(visits.length);
      }),
    );
  });
});

describe('an address', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'gone'],
  ])('%s counts as %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });
});

describe('limits', () => {
  const options = { connectionsPerAddress: 2, wrongKeysPerMinute: 3, onTableFull: () => undefined };

  it('meter nobody when nothing is limited', () => {
    const none = { records: 0, bytes: 0 };
    const limits = new Limits({ ...options, perKey: none, perAddress: none, now: () => 0 });
    expect([limits.forKey('k'), limits.forAddress('10.0.0.1'), limits.metersAddresses]).toEqual([undefined, undefined, false]);
  });

  it('meter each key and each address by itself, in records and in bytes', () => {
    const limits = new Limits({ ...options, perKey: { records: 10, bytes: 0 }, perAddress: { records: 0, bytes: 100 }, now: () => 0 });
    limits.forKey('a')?.take(20, 1e6);
    limits.forAddress('10.0.0.1')?.take(1e6, 150);
    expect([limits.forKey('a')?.waitMs, limits.forKey('b')?.waitMs]).toEqual([1_000, 0]);
    expect([limits.forAddress('10.0.0.1')?.waitMs, limits.forAddress('10.0.0.2')?.waitMs]).toEqual([500, 0]);
  });

  it('let an address try a few wrong keys a minute', () => {
    let now = 0;
    const none = { records: 0, bytes: 0 };
    const limits = new Limits({ ...options, perKey: none, perAddress: none, now: () => now });
    expect([1, 2, 3, 4].map(() => limits.mayTryKeys('10.0.0.1'))).toEqual([true, true, true, false]);
    expect(limits.mayTryKeys('10.0.0.2')).toBe(true);
    now = 20_000;
    expect(limits.mayTryKeys('10.0.0.1')).toBe(true);
  });

  it('count open connections of an address', () => {
    const count = new ConnectionCount(2);
    expect([1, 2, 3].map(() => count.enter('10.0.0.1'))).toEqual([true, true, false]);
    count.leave('10.0.0.1');
    expect([count.enter('10.0.0.1'), count.enter('10.0.0.2'), new ConnectionCount(0).enter('x')]).toEqual([true, true, true]);
  });
});
