import type { Coordination } from './coordination.js';
import { LateCoordination } from './late-coordination.js';

/** As much of one as is asked here. */
function opened() {
  const listeners: (() => void)[] = [];
  const coordination = {
    publish: () => Promise.resolve(),
    onReconnect: (listener: () => void) => void listeners.push(listener),
    health: () => Promise.resolve({ ok: true, reason: '' }),
    close: () => Promise.resolve(),
  } as unknown as Coordination;
  return { coordination, listeners };
}

describe('a late coordination', () => {
  it('opens with the first use, once', async () => {
    let opens = 0;
    const { coordination } = opened();
    const late = new LateCoordination(async () => (opens++, coordination));
    expect(late.isOpen).toBe(false);
    expect(await late.health()).toEqual({ ok: true, reason: '' });
    await Promise.all([late.publish('rules', 1), late.publish('rules', 2)]);
    expect(opens).toBe(1);
  });

  it('tries again after an opening that failed', async () => {
    const { coordination } = opened();
    const tries: (() => Promise<Coordination>)[] = [() => Promise.reject(new Error('away')), async () => coordination];
    const late = new LateCoordination(() => (tries.shift() as () => Promise<Coordination>)());
    await expect(late.publish('rules', 1)).rejects.toThrow('away');
    expect(late.isOpen).toBe(false);
    await late.publish('rules', 1);
    expect(late.isOpen).toBe(true);
  });

  it('tells each listener of a reconnect once, whenever it came', async () => {
    const { coordination, listeners } = opened();
    const late = new LateCoordination(async () => coordination);
    late.onReconnect(() => undefined);
    const used = late.publish('rules', 1);
    late.onReconnect(() => undefined);
    await used;
    late.onReconnect(() => undefined);
    expect(listeners).toHaveLength(3);
  });

  it('does not open any more once it is closed', async () => {
    const late = new LateCoordination(async () => opened().coordination);
    await late.close();
    await expect(late.publish('rules', 1)).rejects.toThrow('closed');
  });
});
