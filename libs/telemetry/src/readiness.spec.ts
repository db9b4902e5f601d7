import { Readiness } from './readiness.js';

const fine = { ok: true, reason: '' };

describe('Readiness', () => {
  it('is ready when every part is', async () => {
    const readiness = new Readiness();
    readiness.add('journal', () => fine);
    readiness.add('store', async () => fine);
    expect(await readiness.report()).toEqual({ ready: true, parts: { journal: fine, store: fine } });
  });

  it('is ready when there is nothing to look at', async () => {
    expect((await new Readiness().report()).ready).toBe(true);
  });

  it('gives the reason of the part that is not', async () => {
    const readiness = new Readiness();
    readiness.add('journal', () => fine);
    readiness.add('store', () => ({ ok: false, reason: 'no connection' }));
    expect(await readiness.report()).toEqual({ ready: false, parts: { journal: fine, store: { ok: false, reason: 'no connection' } } });
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
});
