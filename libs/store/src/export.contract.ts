import { parseQuery } from '#libs/query';
import { lineWriter, type ExportRequest } from './export.js';
import type { LogStore, SearchResult } from './log-store.js';
import {
  BASE_NS,
  contractBatch,
  contractRecord,
  contractSearch,
  DAY_NS,
  ODD_ATTRIBUTES,
  PEOPLE,
  type SearchWords,
} from './records.contract.js';

interface Scene {
  readonly store: LogStore;
  /** Asks again until at least this many are found. */
  readonly search: (words?: SearchWords, count?: number) => Promise<SearchResult>;
}

function request(words: Partial<ExportRequest> & { readonly q?: string } = {}): ExportRequest {
  const { timeoutMs: _, ...question } = contractSearch();
  const { q = '', ...rest } = words;
  return { ...question, query: parseQuery(q), format: 'ndjson', order: 'asc', ...rest };
}

const ODD = [
  contractRecord(11, 11n, {
    message: 'two\nlines, "quoted"\r',
    log: { level: 'warn' },
    event: { original: '\u001b[33mtwo\u001b[0m' },
    container: { name: 'a,b', labels: { 'x.y': 'z' } },
  }),
  contractRecord(12, 12n, { message: '# complete: 5 records', attributes: ODD_ATTRIBUTES }),
  contractRecord(13, 13n, {
    message: '오류 \u0001 \u2028 \\ 😀',
    service: { name: '서비스' },
    tags: ['a', 'b'],
    attributes: { empty: '', none: null },
  }),
];

export function describeExport(scene: () => Scene): void {
  /** Whole text, and how many records were told of. */
  const read = async (asked: ExportRequest): Promise<{ text: string; records: number }> => {
    const chunks: Buffer[] = [];
    let records = 0;
    for await (const chunk of scene().store.export(asked)) {
      chunks.push(Buffer.from(chunk.bytes));
      records += chunk.records;
    }
    return { text: Buffer.concat(chunks).toString(), records };
  };
  const lines = async (asked: ExportRequest) => (await read(asked)).text.split('\n').slice(0, -1);
  const objects = async (asked: ExportRequest) => (await lines(asked)).map(withoutDataset);
  const withoutDataset = (line: string) => {
    const { 'data_stream.dataset': _, ...record } = JSON.parse(line) as Record<string, unknown>;
    return record;
  };
  const write = async () => {
    await scene().store.write(contractBatch([...PEOPLE, ...ODD]));
    return (await scene().search({ order: 'asc' }, 9)).hits;
  };

  it('writes each record as one flat object of the names that queries take', async () => {
    await write();
    const [, , third] = await objects(request());
    expect(third).toEqual({
      id: `${BASE_NS + 3n}-3-node-a1b2`,
      '@timestamp': '2026-11-21T11:00:00.000000003Z',
      'event.sequence': 3,
      'event.created': '2026-11-21T12:00:00.000000000Z',
      message: 'GET /api/v1/users/42 foo.bar took 15ms',
      'log.level': 'debug',
      'service.name': 'web',
      'container.name': 'web-1',
      'container.id': 'c0ffee',
      'container.image.name': 'shop/web:1.2',
      'attributes.path': '/api/v1/users/42',
      'attributes.user_id': 'abc',
      'http.response.status_code': 404,
      'logweir.node': 'node-a1b2',
      'logweir.source': 'forward',
    });
  });

  it('writes lines for people, and tables', async () => {
    await write();
    const q = 'event.sequence>=10';
    expect((await read(request({ q, format: 'text' }))).text).toBe(
      [
        '2026-11-21T11:00:00.000000011Z WARN a,b: two\n\tlines, "quoted"\r',
        '2026-11-21T11:00:00.000000012Z - -: # complete: 5 records',
        '2026-11-21T11:00:00.000000013Z - 서비스: 오류 \u0001 \u2028 \\ 😀\n',
      ].join('\n'),
    );
    const fields = ['message', 'event.sequence', 'log.level', 'attributes.a b', 'tags', '@timestamp'];
    expect((await read(request({ q, format: 'csv', fields }))).text).toBe(
      [
        '"two\nlines, ""quoted""\r",11,warn,,,2026-11-21T11:00:00.000000011Z',
        '"# complete: 5 records",12,,1,,2026-11-21T11:00:00.000000012Z',
        '오류 \u0001 \u2028 \\ 😀,13,,,"[""a"",""b""]",2026-11-21T11:00:00.000000013Z\n',
      ].join('\n'),
    );
    expect(await lines(request({ q: 'level:fatal', format: 'csv' }))).toEqual([
      '2026-11-21T11:00:00.000000005Z,fatal,,,,"failed payment, then nothing"',
    ]);
  });

  it('writes in any format and order what a search finds', async () => {
    const hits = await write();
    for (const order of ['asc', 'desc'] as const) {
      const ordered = order === 'asc' ? hits : hits.toReversed();
      for (const fields of [
        undefined,
        ['log.level', 'attributes.user_id', 'attributes.--', 'tags', 'labels.team', 'event.sequence', 'event.original', 'attributes.none'],
      ]) {
        const words = { order, ...(fields && { fields }) };
        const expected = (format: ExportRequest['format']) =>
          ordered.map(({ key, record }) => lineWriter({ format, ...words })(key, record));
        expect(await objects(request(words))).toEqual(expected('ndjson').map(withoutDataset));
        expect((await read(request({ ...words, format: 'csv' }))).text).toBe(expected('csv').join(''));
        expect((await read(request({ ...words, format: 'text' }))).text).toBe(expected('text').join(''));
      }
    }
  });

  it.each(['asc', 'desc'] as const)(
    'writes %s every record once, over days and equal times, however many',
    async (order) => {
      const { store, search } = scene();
      const sequences = Array.from({ length: 25_000 }, (_, index) => index + 1);
      const placeOf = (sequence: number) => (sequence <= 3_000 ? -DAY_NS : BigInt(Math.floor(sequence / 500)) * 1_000n);
      for (let first = 0; first < sequences.length; first += 5_000) {
        await store.write(
          contractBatch(
            sequences.slice(first, first + 5_000).map((sequence) => contractRecord(sequence, placeOf(sequence), { message: 'x' })),
          ),
        );
      }
      await search({ q: 'event.sequence>24990' }, 10);
      const fields = ['event.sequence'];
      const expected = order === 'asc' ? sequences : sequences.toReversed();
      const found = await read(request({ format: 'csv', order, fields }));
      expect(found.records).toBe(25_000);
      expect(found.text).toBe(`${expected.join('\n')}\n`);
      const some = await lines(request({ format: 'csv', order, fields, q: 'event.sequence>=2990 and event.sequence<3010' }));
      expect(some).toEqual(expected.filter((sequence) => sequence >= 2_990 && sequence < 3_010).map(String));
    },
    120_000,
  );

  it('takes the range with its start and without its end, and gives nothing of nothing', async () => {
    expect(await read(request())).toEqual({ text: '', records: 0 });
    await write();
    const asked = request({ fromNs: BASE_NS + 2n, toNs: BASE_NS + 4n, format: 'csv', fields: ['event.sequence'] });
    expect(await read(asked)).toEqual({ text: '2\n3\n', records: 2 });
    expect(await read(request({ q: 'nobody' }))).toEqual({ text: '', records: 0 });
  });

  it('ends when nobody wants more, and with an error when it is told to', async () => {
    const { store, search } = scene();
    const records = Array.from({ length: 5_000 }, (_, index) => contractRecord(index + 1, BigInt(index % 2) * -DAY_NS));
    await store.write(contractBatch(records));
    await search({ limit: 1 }, 1);
    for await (const { records: count } of store.export(request())) {
      expect(count).toBeLessThan(5_000);
      break;
    }
    const abort = new AbortController();
    const reading = async () => {
      for await (const _ of store.export(request({ signal: abort.signal }))) abort.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'store_aborted' });
    expect((await search({ limit: 1 }, 1)).hits).toHaveLength(1);
  });
}
