import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { Redis } from 'ioredis';
import { CopiedDocuments, type IndexEntry } from '#libs/documents';
import { describeWithElasticsearch, elasticsearchUrl } from '../../../../test/support/elasticsearch.js';
import { describeWithRedis, startRedis } from '../../../../test/support/redis.js';
import { ElasticsearchDocumentCopy } from './document-copy.js';

describeWithElasticsearch('the copy of documents in Elasticsearch', () => {
  const url = elasticsearchUrl() ?? 'http://127.0.0.1:9200';
  const client = new Client({ node: url });
  const alias = (namespace: string): string => `logweir-documents-${namespace}`;
  let namespace = '';
  let copy: ElasticsearchDocumentCopy;
  const copyAt = (node: string): ElasticsearchDocumentCopy =>
    new ElasticsearchDocumentCopy({ nodes: [node], namespace, requestTimeoutMs: 30_000 });

  beforeEach(() => {
    namespace = `test_${randomBytes(6).toString('hex')}`;
    copy = copyAt(url);
  });
  afterEach(async () => {
    await copy.close();
    await client.indices.delete({ index: `${alias(namespace)}-1` }, { ignore: [404] });
  });
  afterAll(() => client.close());

  async function readAll(prefix: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { key, text } of copy.read(prefix)) {
      expect(found.has(key)).toBe(false);
      found.set(key, text);
    }
    return found;
  }

  it('reads at once what was written, by prefix, whatever the texts are', async () => {
    expect(await readAll('')).toEqual(new Map());
    const entries = [
      { key: 'data/a', text: '{"json":[1,2]}' },
      { key: `data/${'long'.repeat(250)}`, text: '' },
      { key: 'data/ключ', text: 'строка\n"\u0000' },
      { key: 'part/1', text: 'x'.repeat(1_100_000) },
    ];
    await copy.write(entries, 1);
    expect(await readAll('data/')).toEqual(new Map(entries.slice(0, 3).map(({ key, text }) => [key, text])));
    await copy.write(
      [
        { key: 'data/a', text: null },
        { key: 'data/none', text: null },
      ],
      2,
    );
    expect([...(await readAll('')).keys()].sort()).toEqual(
      entries
        .slice(1)
        .map(({ key }) => key)
        .sort(),
    );
  });

  it('keeps what a higher round wrote or removed', async () => {
    await copy.write(
      [
        { key: 'a', text: 'new' },
        { key: 'b', text: 'b' },
      ],
      8,
    );
    await copy.write([{ key: 'b', text: null }], 9);
    await copy.write(
      [
        { key: 'a', text: 'old' },
        { key: 'b', text: 'old' },
        { key: 'c', text: 'c' },
      ],
      7,
    );
    expect(await readAll('')).toEqual(
      new Map([
        ['a', 'new'],
        ['c', 'c'],
      ]),
    );
    await copy.write([{ key: 'a', text: 'again' }], 8);
    expect((await readAll('a')).get('a')).toBe('again');
  });

  it('reads many entries of any length in bounded pages', async () => {
    const expected = new Map<string, string>();
    for (let from = 0; from < 6_000; from += 2_000) {
      const entries: IndexEntry[] = Array.from({ length: 2_000 }, (_, index) => ({
        key: `k/${from + index}`,
        text: 'x'.repeat((from + index) % 500),
      }));
      for (const { key, text } of entries) expected.set(key, text ?? '');
      await copy.write(entries, 1);
    }
    for (let index = 0; index < 6; index++) {
      expected.set(`long/${index}`, 'y'.repeat(1_000_000 + index));
      await copy.write([{ key: `long/${index}`, text: 'y'.repeat(1_000_000 + index) }], 1);
    }
    expect(await readAll('')).toEqual(expected);
  });

  it('is hidden, with one shard, and never made by a write without its mappings', async () => {
    await copy.write([{ key: 'a', text: '{"deep":{"a":1}}' }], 1);
    const listed = await client.cat.indices({ format: 'json' });
    expect(listed.map(({ index }) => index)).not.toContain(`${alias(namespace)}-1`);
    await client.indices.delete({ index: `${alias(namespace)}-1` });
    await expect(copy.write([{ key: 'b', text: 'b' }], 2)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await readAll('')).toEqual(new Map());
    expect(await client.indices.existsAlias({ name: alias(namespace) })).toBe(true);
  });

  it('says that the server is away', async () => {
    const away = copyAt('http://127.0.0.1:1');
    await expect(away.write([{ key: 'a', text: 'b' }], 1)).rejects.toMatchObject({ code: 'store_unavailable', retryable: true });
    await expect(away.read('').next()).rejects.toMatchObject({ code: 'store_unavailable' });
    await away.close();
  });

  describeWithRedis('with a Redis that is emptied', () => {
    it('brings everything back, and goes on when the index was lost as well', async () => {
      const server = await startRedis();
      const redis = new Redis(server.url);
      const events: string[] = [];
      const documents = await CopiedDocuments.open({
        url: server.url,
        prefix: 'lw:',
        copy,
        now: () => 1_800_000_000_000,
        schedule: () => () => undefined,
        report: (event) => events.push(event),
      });
      const alerts = documents.checkpoint('alerts');
      await documents.put('rules', 'a', { where: 'level:error' });
      for (let each = 0; each < 3; each++) {
        await alerts.append(1, new Map(Array.from({ length: 2_500 }, (_, key) => [`state/${key}`, `${each} ${'s'.repeat(key % 100)}`])));
        if (each < 2) await documents.copyNow();
      }
      await documents.copyNow();
      expect(documents.copyHealth()).toEqual({ ok: true, reason: '' });
      expect(await alerts.copied()).toBe(3);
      await redis.flushall();
      expect(await documents.get('rules', 'a')).toMatchObject({ value: { where: 'level:error' } });
      const state = await alerts.read('state/');
      expect(new Set([...state.values()].map((text) => text[0]))).toEqual(new Set(['2']));
      expect(state.size).toBe(2_500);
      expect(events).toEqual(['documents_new', 'documents_emptied', 'documents_filled']);
      await client.indices.delete({ index: `${alias(namespace)}-1` });
      await documents.put('rules', 'b', 2);
      await documents.copyNow();
      await documents.copyNow();
      await redis.flushall();
      expect((await documents.list('rules')).map(({ id }) => id)).toEqual(['a', 'b']);
      await documents.close();
      redis.disconnect();
      await server.close();
    });
  });
});
