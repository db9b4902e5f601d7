import { Readiness } from './readiness.js';

const fine = { ok: true, reason: '' };

describe('Readiness', () => {
  it('is ready when every part is', async () => {
    const readiness = new Readiness();
    readiness.add('journal', () => fine);
    readiness.add('store', async () => fine);
    expect(await readiness.report()).toEqual({ ready: true, status: 'ready', parts: { journal: fine, store: fine } });
  });

  it('is ready when there is nothing to look at', async () => {
    expect((await new Readiness().report()).ready).toBe(true);
  });

  it('gives the reason of the part that is not', async () => {
    const readiness = new Readiness();
    readiness.add('journal', () => fine);
    readiness.add('store', () => ({ ok: false, reason: 'no connection' }));
    expect(await readiness.report()).toEqual({
      ready: false,
      status: 'unready',
      parts: { journal: fine, store: { ok: false, reason: 'no connection' } },
    });
  });

  it('takes what a check throws as the reason', async () => {
    const readiness = new Readiness();
    readiness.add('store', () => {
      throw new Error('no such index');
    });
    expect((await readiness.report()).parts['store']).toEqual({ ok: false, reason: 'no such index' });
  });

  it('answers although a part never does', async () => {
    const readiness = new Readiness(20);
    readiness.add('store', () => new Promise(() => undefined));
    expect((await readiness.report()).parts['store']).toEqual({ ok: false, reason: 'no answer within 20 ms' });
  });

  it('goes on, degraded, without what it can do without', async () => {
    const readiness = new Readiness();
    readiness.needs('journal');
    readiness.add('journal', () => fine);
    readiness.add('store', () => ({ ok: false, reason: 'no connection' }));
    expect(await readiness.report()).toMatchObject({ ready: true, status: 'degraded', parts: { store: { reason: 'no connection' } } });
    readiness.add('journal', () => ({ ok: false, reason: 'disk full' }));
    expect(await readiness.report()).toMatchObject({ ready: false, status: 'unready' });
  });

  it('wants nothing new once it drains, though every part is well', async () => {
    const readiness = new Readiness();
    readiness.add('journal', () => fine);
    readiness.drain();
    expect(await readiness.report()).toEqual({ ready: false, status: 'draining', parts: { journal: fine } });
    expect(readiness.draining).toBe(true);
  });
});
