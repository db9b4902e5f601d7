import { dropOldDays, maintainStore } from './maintenance.js';
import type { StoreOwner } from './store-owner.js';

function owner() {
  const seen = { counts: [] as string[], lines: [] as string[] };
  const fake: StoreOwner = {
    now: () => 0,
    random: () => 0,
    log: (_, message) => seen.lines.push(message),
    count: (event) => seen.counts.push(event),
  };
  return { fake, seen };
}

describe('maintainStore', () => {
  it('counts and tells what was dropped and rewritten, and runs no two at once', async () => {
    const { fake, seen } = owner();
    let running = 0;
    let most = 0;
    const once = new Promise<() => Promise<void>>((resolve) => {
      const maintain = async () => {
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, 10));
        running--;
        setImmediate(() => resolve(end));
        const dropped = [{ day: '2026-11-01', reason: 'bytes' as const, records: 5, bytes: 100 }];
        return { dropped, compacted: [{ day: '2026-11-20', before: 100, after: 60 }] };
      };
      const end = maintainStore({ maintain }, fake, 1);
    });
    await (
      await once
    )();
    expect(most).toBe(1);
    expect(seen.counts.slice(0, 2)).toEqual(['day_dropped_bytes', 'day_compacted']);
    expect(seen.lines.slice(0, 2)).toEqual([
      'retention by bytes dropped 2026-11-01 with 5 records',
      'rewrote 2026-11-20: 100 bytes before, 60 after',
    ]);
  });

  it('goes on after a failure, which is counted', async () => {
    const { fake, seen } = owner();
    let tries = 0;
    await new Promise<void>((resolve) => {
      const maintain = () => {
        if (++tries === 3) void end().then(resolve);
        return Promise.reject(new Error('disk full'));
      };
      const end = maintainStore({ maintain }, fake, 1);
    });
    expect(tries).toBe(3);
    expect(seen.lines[0]).toBe('retention and compaction of the store: disk full');
    expect(seen.counts[0]).toBe('maintenance_failed');
  });
});

describe('dropOldDays', () => {
  it('drops at once and then again what is past retention, also after a failure', async () => {
    const { fake, seen } = owner();
    let now = Date.UTC(2026, 10, 21, 23, 59);
    const days: string[] = [];
    await new Promise<void>((resolve) => {
      const dropBefore = (day: string) => {
        days.push(day);
        if (days.length === 3) void end().then(resolve);
        now += 60_000;
        return days.length === 1 ? Promise.reject(new Error('away')) : Promise.resolve();
      };
      const end = dropOldDays({ dropBefore }, { ...fake, now: () => now }, { retentionDays: 14, everyMs: 1 });
    });
    expect(days).toEqual(['2026-11-07', '2026-11-08', '2026-11-08']);
    expect(seen).toEqual({ counts: ['maintenance_failed'], lines: ['dropping days before 2026-11-07, tried again later: away'] });
  });
});
