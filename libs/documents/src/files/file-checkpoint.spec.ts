import { appendFile, mkdtemp, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../test/support/eventually.js';
import { FileDocuments } from './file-documents.js';
import { decodeFrame, encodeFrame, LOG_HEAD } from './frame.js';

describe('the file of a checkpoint', () => {
  let dir: string;
  let log: string;
  let documents: FileDocuments;
  let events: [string, Readonly<Record<string, string | number>>][];
  const start = async (compactFloorBytes = 1_000_000): Promise<void> => {
    documents = await FileDocuments.open({ dir, compactFloorBytes, report: (...event) => events.push(event) });
  };
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'logweir-checkpoint-'));
    log = join(dir, 'checkpoints', 'alerts.log');
    events = [];
    await start();
  });
  afterEach(async () => {
    await documents.close();
    await rm(dir, { recursive: true });
  });
  const alerts = () => documents.checkpoint('alerts');

  async function fillThree(): Promise<number[]> {
    const ends: number[] = [];
    for (const number of [1, 2, 3]) {
      await alerts().append(
        1,
        new Map([
          [`state/${number}`, `${number}`.repeat(50)],
          ['last', `${number}`],
        ]),
      );
      ends.push((await stat(log)).size);
    }
    await documents.close();
    return ends;
  }

  it('reads what its frames say, and knows a damaged one', () => {
    const changes = new Map([
      ['a/ключ', 'текст'],
      ['b', ''],
      ['c', null],
    ]);
    const bytes = encodeFrame({ fence: 1_795_000_000_001, number: 7, changes });
    expect(decodeFrame(bytes)).toEqual({ fence: 1_795_000_000_001, number: 7, changes });
    for (let at = 4; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(decodeFrame(damaged)).toBeUndefined();
    }
  });

  it('loses only the last append wherever its end is torn off, keeps what it cut and says so', async () => {
    const [, second = 0, third = 0] = await fillThree();
    const whole = await readFile(log);
    for (const end of [second + 1, second + 23, second + 24, third - 1]) {
      await writeFile(log, whole.subarray(0, end));
      events.length = 0;
      await start();
      expect([...(await alerts().read('')).keys()]).toEqual(['state/1', 'last', 'state/2']);
      expect(events).toEqual([['checkpoint_tail_cut', { file: log, offset: second, bytes: end - second }]]);
      expect(await readFile(`${log}.cut`)).toEqual(whole.subarray(second, end));
      expect(await alerts().append(1, new Map([['state/4', '4']]))).toBe(3);
      await documents.close();
    }
  });

  it('goes on with what is before a damage, and keeps the rest aside', async () => {
    const [first = 0, , third = 0] = await fillThree();
    const file = await open(log, 'r+');
    await file.write(Buffer.from([0xff]), 0, 1, first + 30);
    await file.close();
    await start();
    expect((await alerts().read('')).get('last')).toBe('1');
    expect(events).toEqual([['checkpoint_damaged', { file: log, offset: first, bytes: third - first }]]);
    expect((await stat(`${log}.cut`)).size).toBe(third - first);
  });

  it.each([
    ['is empty', 0],
    ['ends in its head', 3],
  ])('begins anew when it %s', async (_, bytes) => {
    await documents.close();
    await writeFile(log, LOG_HEAD.subarray(0, bytes));
    await start();
    expect(await alerts().append(1, new Map([['a', 'b']]))).toBe(1);
    expect(await alerts().fence()).toBe(1);
  });

  it('refuses a file of another kind and leaves it alone', async () => {
    await documents.close();
    await writeFile(log, 'something that a person put here');
    await start();
    await expect(alerts().append(1, new Map())).rejects.toMatchObject({
      code: 'documents_unavailable',
      message: expect.stringContaining(log) as string,
    });
    expect(await readFile(log, 'utf8')).toBe('something that a person put here');
    await truncate(log, 0);
  });

  it('is rewritten when it is twice as long as what lives, while appends go on', async () => {
    await documents.close();
    await start(50_000);
    const expected = new Map<string, string>();
    for (let number = 0; number < 3_000; number += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, more) => {
          const [key, text] = [`state/${(number + more) % 97}`, `${number + more} ${'z'.repeat((number + more) % 200)}`];
          expected.set(key, text);
          return alerts().append(1, new Map([[key, text]]));
        }),
      );
    }
    await eventually(async () => expect((await stat(log)).size).toBeLessThan(120_000));
    expect(events.filter(([event]) => event === 'checkpoint_compacted').length).toBeGreaterThan(2);
    expect(await alerts().read('')).toEqual(expected);
    await documents.close();
    await start();
    expect(await alerts().read('')).toEqual(expected);
    expect(await alerts().append(1, new Map())).toBe(3_001);
  });

  it('puts a document aside that is none, and goes on with the others', async () => {
    await documents.put('rules', 'a', 1);
    await documents.put('rules', 'b', 2);
    await documents.close();
    await appendFile(join(dir, 'documents/rules/a.json'), 'x');
    await writeFile(join(dir, 'documents/rules/c.json.new'), 'half a fi');
    await start();
    expect((await documents.list('rules')).map(({ id }) => id)).toEqual(['b']);
    expect(events).toMatchObject([['document_damaged', { collection: 'rules', id: 'a' }]]);
    expect(await readFile(join(dir, 'documents/rules/a.json.damaged'), 'utf8')).toContain('"value":1');
  });
});
