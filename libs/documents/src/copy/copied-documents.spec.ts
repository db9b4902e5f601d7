import { Redis } from 'ioredis';
import { describeWithRedis, type RedisServer, startRedis } from '../../../../test/support/redis.js';
import { describeDocuments, type Subject } from '../documents.contract.js';
import { FencedError } from '../errors.js';
import { RedisDocuments } from '../redis/redis-documents.js';
import { CopiedDocuments } from './copied-documents.js';
import { MemoryIndex } from './memory-index.fixture.js';

describeWithRedis('documents in Redis with a copy', () => {
  let server: RedisServer;
  let redis: Redis;
  let number = 0;
  let prefix = '';
  let index = new MemoryIndex();
  let events: string[] = [];
  const opened: CopiedDocuments[] = [];
  beforeAll(async () => {
    server = await startRedis({ appendfsync: 'always' });
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.close();
  });
  beforeEach(() => {
    prefix = `copied-${++number}:`;
    index = new MemoryIndex();
    events = [];
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((documents) => documents.close()));
  });

  async function open(): Promise<CopiedDocuments> {
    const documents = await CopiedDocuments.open({
      url: server.url,
      prefix,
      copy: index,
      now: () => 1_800_000_000_000,
      // Rounds are made by the tests.
      schedule: () => () => undefined,
      report: (event) => events.push(event),
    });
    opened.push(documents);
    return documents;
  }

  async function empty(): Promise<void> {
    const keys = await redis.keys(`${prefix}*`);
    if (keys.length > 0) await redis.del(keys);
  }

  async function subject(): Promise<Subject> {
    const documents = await open();
    return {
      documents,
      reopen: async () => {
        await documents.close();
        return subject();
      },
      close: () => documents.close(),
    };
  }

  describeDocuments(subject);

  it('tells a new Redis from an emptied one', async () => {
    const documents = await open();
    expect(await documents.list('rules')).toEqual([]);
    expect(events).toEqual(['documents_new']);
    await documents.put('rules', 'a', 1);
    await documents.copyNow();
    await empty();
    expect(await documents.get('rules', 'a')).toMatchObject({ value: 1 });
    expect(events).toEqual(['documents_new', 'documents_emptied', 'documents_filled']);
  });

  it('fills an emptied Redis with all that was copied, also at a start, and gives no version twice', async () => {
    const before = await open();
    await before.put('rules', 'a', 'one');
    await before.put('rules', 'a', 'two');
    await before.put('rules', 'removed', 'x');
    await before.remove('rules', 'removed');
    await before.checkpoint('alerts').append(
      7,
      new Map([
        ['state/a', '1'],
        ['state/b', '2'],
      ]),
    );
    await before.checkpoint('alerts').append(
      7,
      new Map([
        ['state/b', null],
        ['outbox/1', 'o'],
      ]),
    );
    await before.copyNow();
    const late = await before.put('rules', 'a', 'lost with Redis');
    before.copyNow = () => Promise.resolve();
    await empty();
    const after = await open();
    const found = await after.get('rules', 'a');
    expect(found).toMatchObject({ value: 'two' });
    expect(found?.version).toBeGreaterThan(late.version);
    expect((await after.put('rules', 'removed', 'y')).version).toBeGreaterThan(late.version);
    expect(await after.get('rules', 'removed')).toMatchObject({ value: 'y' });
    expect(await after.checkpoint('alerts').read('')).toEqual(
      new Map([
        ['state/a', '1'],
        ['outbox/1', 'o'],
      ]),
    );
    expect(await after.checkpoint('alerts').copied()).toBe(2);
    expect(await after.checkpoint('alerts').append(1_900_000_000_000, new Map())).toBe(3);
  });

  it('gives higher versions again when Redis is emptied twice', async () => {
    const documents = await open();
    let last = (await documents.put('rules', 'a', 0)).version;
    for (let round = 1; round <= 3; round++) {
      await documents.copyNow();
      await empty();
      const { version } = await documents.put('rules', 'a', round);
      expect(version).toBeGreaterThan(last + 1);
      last = version;
    }
  });

  it('fences the owner from before, who must read again and claim above the time', async () => {
    const documents = await open();
    const alerts = documents.checkpoint('alerts');
    await alerts.claim(5);
    await alerts.append(5, new Map([['a/b', 'copied']]));
    await documents.copyNow();
    await alerts.append(5, new Map([['a/b', 'lost']]));
    await empty();
    await expect(alerts.append(5, new Map([['a/c', 'x']]))).rejects.toBeInstanceOf(FencedError);
    expect(await alerts.fence()).toBe(1_800_000_000_001);
    await alerts.claim(1_800_000_000_002);
    expect(await alerts.read('')).toEqual(new Map([['a/b', 'copied']]));
    await alerts.append(1_800_000_000_002, new Map([['a/c', 'x']]));
  });

  it('fences an owner whose number is above the time, too', async () => {
    const documents = await open();
    const alerts = documents.checkpoint('alerts');
    await alerts.claim(1_900_000_000_000);
    await alerts.append(1_900_000_000_000, new Map([['a/b', '1']]));
    await documents.copyNow();
    await empty();
    await expect(alerts.append(1_900_000_000_000, new Map([['a/b', '2']]))).rejects.toBeInstanceOf(FencedError);
    expect(await alerts.fence()).toBe(1_900_000_000_001);
  });

  it('says which append is in the copy', async () => {
    const documents = await open();
    const alerts = documents.checkpoint('alerts');
    expect(await alerts.append(1, new Map([['a/b', '1']]))).toBe(1);
    expect(await alerts.copied()).toBe(0);
    await documents.copyNow();
    expect(await alerts.copied()).toBe(1);
    index.away = true;
    await alerts.append(1, new Map([['a/b', '2']]));
    await documents.copyNow();
    expect(await alerts.copied()).toBe(1);
    expect(documents.copyHealth()).toMatchObject({ ok: false, reason: expect.stringContaining('is behind') as string });
    index.away = false;
    await documents.copyNow();
    expect(await alerts.copied()).toBe(2);
    expect(documents.copyHealth().ok).toBe(true);
    expect(events.filter((event) => event.startsWith('copy'))).toEqual(['copy_away', 'copy_back']);
  });

  it('goes on while the copy is away and remembers only what lives', async () => {
    const documents = await open();
    const alerts = documents.checkpoint('alerts');
    await documents.copyNow();
    index.away = true;
    for (let each = 0; each < 300; each++) {
      await alerts.append(
        1,
        new Map([
          [`outbox/${each}`, 'x'],
          ['positions', `${each}`],
        ]),
      );
      if (each % 50 === 0) await documents.copyNow();
      await alerts.remove([`outbox/${each}`]);
    }
    expect(await redis.zcard(`${prefix}changed`)).toBeLessThan(15);
    index.away = false;
    await documents.copyNow();
    expect(await redis.zcard(`${prefix}changed`)).toBe(0);
    await empty();
    expect(await alerts.read('')).toEqual(new Map([['positions', '299']]));
  });

  it('answers nothing from an emptied Redis while the copy cannot be read', async () => {
    const documents = await open();
    await documents.put('rules', 'a', 1);
    await documents.copyNow();
    await empty();
    index.away = true;
    await expect(documents.list('rules')).rejects.toMatchObject({
      code: 'documents_unavailable',
      message: expect.stringContaining('copy cannot be read') as string,
    });
    index.away = false;
    expect(await documents.list('rules')).toMatchObject([{ id: 'a', value: 1 }]);
  });

  it('holds one point in time at any moment, wherever a round breaks off', async () => {
    const documents = await open();
    const alerts = documents.checkpoint('alerts');
    let appended = 0;
    let fence = 1_800_000_000_000;
    for (let left = 0; left < 60; left++) {
      // Every append changes all keys to its number, so that a mixture shows.
      for (let more = 0; more < 3; more++) {
        await alerts.append(fence, new Map(Array.from({ length: 8 }, (_, key) => [`state/${key}`, `${appended + 1}`])));
        appended++;
      }
      index.left = left % 25;
      await documents.copyNow();
      index.left = Infinity;
      const copied = await alerts.copied();
      if (left % 3 !== 0) continue;
      await empty();
      const values = new Set((await alerts.read('state/')).values());
      expect(values.size).toBeLessThanOrEqual(1);
      const [value = '0'] = values;
      expect(Number(value)).toBeGreaterThanOrEqual(copied);
      fence = (await alerts.fence()) + 1;
      await alerts.claim(fence);
      appended = Number(value);
    }
  });

  it('copies more than one part, by any of several processes', async () => {
    const [one, two] = [await open(), await open()];
    for (let from = 0; from < 9_000; from += 3_000) {
      await one
        .checkpoint('alerts')
        .append(1, new Map(Array.from({ length: 3_000 }, (_, each) => [`state/${from + each}`, `${from + each}`])));
    }
    await Promise.all([one.copyNow(), two.copyNow()]);
    await one.copyNow();
    await empty();
    expect((await two.checkpoint('alerts').read('state/')).size).toBe(9_000);
    expect([...index.entries].filter(([key, { text }]) => key.startsWith('part/') && text !== null)).toEqual([]);
  });

  it('is filled once when several processes meet an emptied Redis', async () => {
    const documents = await Promise.all([open(), open(), open()]);
    for (let each = 0; each < 50; each++) await documents[0]?.put('rules', `r${each}`, each);
    await documents[0]?.checkpoint('alerts').append(1, new Map(Array.from({ length: 3_000 }, (_, each) => [`state/${each}`, 'x'])));
    await documents[0]?.copyNow();
    for (let round = 0; round < 5; round++) {
      await empty();
      // Each removes one as soon as it may; nobody who still fills brings it back.
      const removed = await Promise.all(documents.map((each, index) => each.remove('rules', `r${round * 3 + index}`)));
      expect(removed).toEqual([true, true, true]);
      await documents[1]?.copyNow();
      expect((await documents[2]?.list('rules'))?.length).toBe(50 - (round + 1) * 3);
      expect((await documents[2]?.checkpoint('alerts').read('state/'))?.size).toBe(3_000);
    }
  });

  it('copies a Redis that was used without a copy, and removes what the index had from elsewhere', async () => {
    index.entries.set('data/documents:rules/old', { text: '3\n"old"', round: 1 });
    const plain = await RedisDocuments.open({ url: server.url, prefix, report: () => undefined });
    await plain.put('rules', 'a', 1);
    await plain.close();
    const documents = await open();
    await documents.copyNow();
    await empty();
    expect(await documents.list('rules')).toMatchObject([{ id: 'a' }]);
  });

  it('copies everything again when the index was lost', async () => {
    const documents = await open();
    await documents.put('rules', 'a', 1);
    await documents.copyNow();
    index.entries.clear();
    await documents.close();
    const after = await open();
    await after.put('rules', 'b', 1);
    await after.copyNow();
    await empty();
    expect((await after.list('rules')).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
