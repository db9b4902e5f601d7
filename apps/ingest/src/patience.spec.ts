import { setTimeout as pause } from 'node:timers/promises';
import { Patience } from './patience.js';

const LONG_MS = 60_000;
const delay = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);

describe('patience with a store that is away', () => {
  it('ends for all who wait when one goes through, and begins anew', async () => {
    const patience = new Patience(new AbortController().signal, delay);
    const waits = [patience.wait(LONG_MS), patience.wait(LONG_MS)];
    patience.succeeded();
    await Promise.all(waits);
    const short = patience.wait(20).then(() => 'short');
    const long = patience.wait(LONG_MS).then(() => 'long');
    expect(await Promise.race([long, short])).toBe('short');
    patience.succeeded();
    await long;
  });

  it('ends when the drain is stopped', async () => {
    const stop = new AbortController();
    const patience = new Patience(stop.signal, delay);
    const wait = patience.wait(LONG_MS);
    stop.abort();
    await wait;
    await patience.wait(LONG_MS);
  });
});
