import { Redis } from 'ioredis';
import { describeWithRedis, type RedisServer, startRedis } from '../../../../test/support/redis.js';
import { eventually } from '../../../../test/support/eventually.js';
import { describeDocuments, type Subject } from '../documents.contract.js';
import { RedisDocuments } from './redis-documents.js';

describeWithRedis('documents in Redis', () => {
  let server: RedisServer;
  let number = 0;
  const events: string[] = [];
  beforeAll(async () => {
    server = await startRedis({ appendfsync: 'always' });
  });
  afterAll(() => server.close());
  const documentsAt = (prefix: string): Promise<RedisDocuments> =>
    RedisDocuments.open({ url: server.url, prefix, report: (event) => events.push(event) });

  async function open(prefix: string): Promise<Subject> {
    const documents = await documentsAt(prefix);
    return {
      documents,
      reopen: async () => {
        await documents.close();
        return open(prefix);
      },
      close: () => documents.close(),
    };
  }

  describeDocuments(() => open(`suite-${++number}:`));

  it('says that Redis is away, what that means and what to do, and goes on when it is back', async () => {
    const documents = await documentsAt('away:');
    await documents.put('rules', 'a', 1);
    await documents.checkpoint('alerts').append(3, new Map([['a/b', 'c']]));
    await server.stop('SIGKILL');
    await eventually(async () => expect((await documents.health()).reason).toMatch(/127\.0\.0\.1:\d+ is away .*start it/));
    await expect(documents.put('rules', 'a', 2)).rejects.toMatchObject({
      code: 'documents_unavailable',
      message: expect.stringContaining('nothing was changed') as string,
    });
    await expect(documents.checkpoint('alerts').append(3, new Map())).rejects.toMatchObject({ code: 'documents_unavailable' });
    await server.restart();
    await eventually(async () => expect(await documents.get('rules', 'a')).toMatchObject({ version: 1 }));
    expect(await documents.checkpoint('alerts').read('a/')).toEqual(new Map([['a/b', 'c']]));
    expect(events).toEqual(expect.arrayContaining(['documents_away', 'documents_back']));
    await documents.close();
  });

  it('starts while Redis is away, and never shows the password', async () => {
    const documents = await RedisDocuments.open({ url: 'redis://:very-secret@127.0.0.1:1', prefix: 'x:', report: () => undefined });
    const error = await documents.list('rules').catch((found: unknown) => found);
    expect(error).toMatchObject({ code: 'documents_unavailable' });
    expect(String(error) + (await documents.health()).reason).not.toContain('very-secret');
    await documents.close();
  });

  it('rejects the owner who claimed before Redis was emptied', async () => {
    const documents = await documentsAt('emptied:');
    const alerts = documents.checkpoint('alerts');
    await alerts.claim(4);
    await alerts.append(4, new Map([['a/b', 'c']]));
    await documents.connection.redis.del('emptied:marker', 'emptied:checkpoint:alerts');
    await expect(alerts.append(4, new Map([['d/e', 'f']]))).rejects.toMatchObject({
      code: 'fenced',
      message: expect.stringContaining('was emptied') as string,
    });
    await alerts.claim(5);
    expect(await alerts.append(5, new Map([['d/e', 'f']]))).toBe(1);
    await documents.close();
  });

  it('keeps every append that resolved, whole, when Redis is killed in the middle of them', async () => {
    const documents = await documentsAt('killed:');
    const alerts = documents.checkpoint('alerts');
    for (let round = 0; round < 3; round++) {
      let newest = 0;
      let number = round * 100_000;
      const kill = eventually(() => expect(newest).toBeGreaterThan(round * 100_000 + 50), 10_000, 3).then(() => server.stop('SIGKILL'));
      for (let away = false; !away; number++) {
        const changes = new Map(Array.from({ length: 20 }, (_, key) => [`state/${key}`, `${number} ${'x'.repeat(200)}`]));
        const error = await alerts.append(1, changes).catch((found: unknown) => found as Error);
        if (typeof error === 'number') newest = number;
        else away = true;
      }
      await kill;
      await server.restart();
      const state = await eventually(() => alerts.read('state/'));
      const numbers = new Set([...state.values()].map((text) => Number(text.split(' ')[0])));
      expect(numbers.size).toBe(1);
      expect([...numbers][0]).toBeGreaterThanOrEqual(newest);
    }
    await documents.close();
  });

  it('takes an append whole or not at all when the memory is used up', async () => {
    const documents = await documentsAt('full:');
    const alerts = documents.checkpoint('alerts');
    await alerts.append(
      1,
      new Map([
        ['a/1', 'x'],
        ['a/2', 'x'],
      ]),
    );
    await documents.connection.redis.config('SET', 'maxmemory', '1mb');
    const refused = await alerts
      .append(
        1,
        new Map([
          ['a/2', null],
          ['a/3', 'y'.repeat(100)],
        ]),
      )
      .catch((error: unknown) => error);
    await expect(documents.put('rules', 'a', 1)).rejects.toMatchObject({
      code: 'documents_unavailable',
      message: expect.stringContaining('OOM') as string,
    });
    await alerts.remove(['a/1']);
    await documents.connection.redis.config('SET', 'maxmemory', '0');
    const keys = [...(await alerts.read('a/')).keys()];
    expect(keys).toEqual(refused instanceof Error ? ['a/2'] : ['a/3']);
    await documents.close();
  });

  it('checks the settings of the server', async () => {
    const documents = await documentsAt('check:');
    expect(await documents.check()).toEqual([]);
    const careless = await startRedis({ maxmemoryPolicy: 'allkeys-lru' });
    const other = await RedisDocuments.open({ url: careless.url, prefix: '', report: () => undefined });
    expect((await other.check()).map(({ setting, found, severity }) => [setting, found, severity])).toEqual([
      ['maxmemory-policy', 'allkeys-lru', 'refuse'],
      ['appendonly', 'no', 'warn'],
    ]);
    const admin = new Redis(careless.url);
    await admin.acl('SETUSER', 'default', '-config');
    expect((await other.check()).map(({ severity }) => severity)).toEqual(['warn', 'warn']);
    admin.disconnect();
    await other.close();
    await careless.close();
    await documents.close();
  });
});
