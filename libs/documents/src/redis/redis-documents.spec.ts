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
