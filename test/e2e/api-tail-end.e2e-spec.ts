import type { TailEvent, TailFeed } from '#libs/tail';
import { startFixture } from '../support/api-fixture.js';
import { eventually } from '../support/eventually.js';
import { TailClient } from '../support/tail-client.js';

const record = (message: string): TailEvent => ({
  kind: 'records',
  node: 'n-1',
  place: { position: 2, from: 2 },
  records: [{ position: 1, from: 1, source: Buffer.from(JSON.stringify({ '@timestamp': '2026-11-21T12:00:01.000000000Z', message })) }],
});

/** Has nothing to tell until it is to end; then one record, and the end or, where it `stays`, neither. */
class Feed implements TailFeed {
  private readonly left: TailEvent[] = [{ kind: 'begin', node: 'n-1', place: { position: 1, from: 1 } }];
  private isOver = false;
  private wake = (): void => undefined;

  constructor(private readonly stays: boolean) {}

  async next(): Promise<TailEvent | undefined> {
    while (this.left.length === 0 && !this.isOver) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.left.shift();
  }

  finish(): void {
    this.left.push(record('taken while it closed'));
    this.isOver = !this.stays;
    this.wake();
  }

  close(): void {
    this.isOver = true;
    this.wake();
  }
}

describe('tails of an API that ends', () => {
  it.each([
    ['at once when that is all', false, 900],
    ['after a second when there is no end of it', true, 3_000],
  ])('get what came in until then, and end %s', async (_, stays, withinMs) => {
    const { api } = await startFixture({ tail: { open: () => new Feed(stays) } });
    const client = await TailClient.open(api.address);
    await eventually(() => expect(client.lines).toContain('retry: 1000'));
    const began = performance.now();
    await api.close();
    await eventually(() => expect(client.ended).toBe(true));
    expect(performance.now() - began).toBeLessThan(withinMs);
    expect(client.messages).toEqual(['taken while it closed']);
    client.close();
  });
});
