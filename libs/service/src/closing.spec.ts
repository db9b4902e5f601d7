import { Closing } from './closing.js';

describe('Closing', () => {
  it('closes in reverse order, one after the other, and only once', async () => {
    const order: string[] = [];
    const closing = new Closing();
    for (const name of ['store', 'ingest', 'api']) closing.add(name, async () => void order.push(name));
    await closing.close();
    await closing.close();
    expect(order).toEqual(['api', 'ingest', 'store']);
  });

  it('goes on after a step that failed, and tells which', async () => {
    const order: string[] = [];
    const closing = new Closing();
    closing.add('store', () => void order.push('store'));
    closing.add('ingest', () => Promise.reject(new Error('stuck')));
    await expect(closing.close()).rejects.toThrow('not everything closed: ingest: stuck');
    expect(order).toEqual(['store']);
  });
});
