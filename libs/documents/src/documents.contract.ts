import fc from 'fast-check';
import type { Documents } from './documents.js';
import { DocumentsError, FencedError, VersionConflictError } from './errors.js';
import { MAX_APPEND_BYTES, MAX_TEXT_BYTES, MAX_VALUE_BYTES } from './limits.js';

export interface Subject {
  readonly documents: Documents;
  /** As after the end of a process and the start of another. */
  reopen(): Promise<Subject>;
  close(): Promise<void>;
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** What every implementation of Documents must do. */
export function describeDocuments(open: () => Promise<Subject>): void {
  let subject: Subject;
  const at = (): Documents => subject.documents;
  beforeEach(async () => {
    subject = await open();
  });
  afterEach(() => subject.close());
  const reopen = async (): Promise<void> => {
    subject = await subject.reopen();
  };

  describe('documents', () => {
    it('gives what was put, its version rising with every change, also after a restart', async () => {
      expect(await at().get('rules', 'a')).toBeUndefined();
      expect(await at().put('rules', 'a', { where: 'level:error' })).toEqual({ id: 'a', version: 1, value: { where: 'level:error' } });
      expect(await at().put('rules', 'a', [1, 'zwei', null])).toMatchObject({ version: 2 });
      await reopen();
      expect(await at().get('rules', 'a')).toEqual({ id: 'a', version: 2, value: [1, 'zwei', null] });
      expect(await at().get('receivers', 'a')).toBeUndefined();
    });

    it('lists a collection in order of ids', async () => {
      for (const id of ['b', 'B:1', 'a.b_c-d', '1']) await at().put('silences', id, id);
      await at().put('rules', 'other', 0);
      const ids = ['1', 'B:1', 'a.b_c-d', 'b'];
      expect(await at().list('silences')).toEqual(ids.map((id) => ({ id, version: 1, value: id })));
      await reopen();
      expect((await at().list('silences')).map(({ id }) => id)).toEqual(ids);
      expect(await at().list('empty')).toEqual([]);
    });

    it('refuses a put or removal that expects another version, and says which is there', async () => {
      await at().put('rules', 'a', 1, 0);
      await at().put('rules', 'a', 2, 1);
      expect(await failure(at().put('rules', 'a', 3, 1))).toMatchObject({
        code: 'version_conflict',
        found: 2,
        collection: 'rules',
        id: 'a',
      });
      expect(await failure(at().put('rules', 'a', 3, 0))).toBeInstanceOf(VersionConflictError);
      expect(await failure(at().remove('rules', 'a', 1))).toMatchObject({ found: 2 });
      expect(await failure(at().put('rules', 'new', 3, 7))).toMatchObject({ found: 0 });
      expect(await at().get('rules', 'a')).toMatchObject({ version: 2, value: 2 });
      expect(await at().remove('rules', 'a', 2)).toBe(true);
    });

    it('never gives a version twice, also not after a removal and a restart', async () => {
      await at().put('rules', 'a', 1);
      await at().put('rules', 'a', 2);
      expect(await at().remove('rules', 'a')).toBe(true);
      expect(await at().remove('rules', 'a')).toBe(false);
      expect(await at().get('rules', 'a')).toBeUndefined();
      await reopen();
      expect((await at().put('rules', 'a', 3, 0)).version).toBeGreaterThan(2);
      expect((await at().list('rules')).length).toBe(1);
    });

    it('lets one of many writers win who expect the same version', async () => {
      await at().put('rules', 'a', 'first');
      const results = await Promise.allSettled(Array.from({ length: 10 }, (_, index) => at().put('rules', 'a', index, 1)));
      expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(1);
      expect(await at().get('rules', 'a')).toMatchObject({ version: 2 });
    });

    it.each(['', '.hidden', '../up', 'a/b', 'ä', 'a b', `a${'b'.repeat(128)}`, 'a\n'])('refuses the id %j', async (id) => {
      for (const attempt of [at().put('rules', id, 1), at().get('rules', id), at().remove('rules', id)]) {
        expect(await failure(attempt)).toMatchObject({ code: 'documents_invalid' });
      }
    });

    it.each(['', 'Rules', '../rules', 'a/b', '#', 'a'.repeat(33)])('refuses the collection %j', async (collection) => {
      expect(await failure(at().put(collection, 'a', 1))).toMatchObject({ code: 'documents_invalid' });
      expect(() => at().checkpoint(collection)).toThrow(DocumentsError);
    });

    it('takes 256 KiB of JSON and no more', async () => {
      await at().put('rules', 'a', 'x'.repeat(MAX_VALUE_BYTES - 2));
      expect(await failure(at().put('rules', 'a', 'x'.repeat(MAX_VALUE_BYTES - 1)))).toMatchObject({ code: 'documents_limit' });
      expect(await failure(at().put('rules', 'a', undefined))).toMatchObject({ code: 'documents_invalid' });
      expect(await at().get('rules', 'a')).toMatchObject({ version: 1 });
    });
  });

  describe('a checkpoint', () => {
    it('gives back what was appended, by prefix, also after a restart', async () => {
      const alerts = at().checkpoint('alerts');
      expect(at().checkpoint('alerts')).toBe(alerts);
      await alerts.append(
        1,
        new Map([
          ['state/a', '1'],
          ['state/ключ', 'строка'],
          ['outbox/1', ''],
          ['statement', 'x'],
        ]),
      );
      await alerts.append(
        1,
        new Map([
          ['state/a', null],
          ['outbox/2', 'two'],
        ]),
      );
      await reopen();
      expect(await at().checkpoint('alerts').read('state/')).toEqual(new Map([['state/ключ', 'строка']]));
      expect([...(await at().checkpoint('alerts').read('')).keys()].sort()).toEqual(
        ['outbox/1', 'outbox/2', 'statement', 'state/ключ'].sort(),
      );
      expect(await at().checkpoint('other').read('')).toEqual(new Map());
    });

    it('numbers its appends, and goes on counting after a restart', async () => {
      expect(await at().checkpoint('alerts').append(1, new Map())).toBe(1);
      expect(
        await at()
          .checkpoint('alerts')
          .append(1, new Map([['a/b', 'c']])),
      ).toBe(2);
      await reopen();
      expect(await at().checkpoint('alerts').append(1, new Map())).toBe(3);
    });

    it('rejects appends and claims of lower fencing numbers, also after a restart', async () => {
      const alerts = at().checkpoint('alerts');
      expect(await alerts.fence()).toBe(0);
      await alerts.claim(1_795_000_000_000);
      await alerts.append(1_795_000_000_000, new Map([['a/b', 'kept']]));
      await alerts.claim(1_795_000_000_007);
      expect(await failure(alerts.append(1_795_000_000_006, new Map([['a/b', 'lost']])))).toBeInstanceOf(FencedError);
      expect(await failure(alerts.claim(5))).toBeInstanceOf(FencedError);
      await reopen();
      expect(await at().checkpoint('alerts').fence()).toBe(1_795_000_000_007);
      expect(await failure(at().checkpoint('alerts').append(9, new Map()))).toMatchObject({ code: 'fenced' });
      expect(await at().checkpoint('alerts').read('')).toEqual(new Map([['a/b', 'kept']]));
      expect(await at().checkpoint('other').fence()).toBe(0);
    });

    it('removes keys without a fencing number', async () => {
      const alerts = at().checkpoint('alerts');
      await alerts.claim(7);
      await alerts.append(
        7,
        new Map([
          ['outbox/1', 'a'],
          ['outbox/2', 'b'],
        ]),
      );
      await alerts.remove(['outbox/1', 'outbox/none']);
      await alerts.remove([]);
      await reopen();
      expect(await at().checkpoint('alerts').read('')).toEqual(new Map([['outbox/2', 'b']]));
    });

    it('keeps many appends that come at once', async () => {
      const alerts = at().checkpoint('alerts');
      const numbers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          alerts.append(
            1,
            new Map([
              [`state/${index}`, `${index}`],
              ['last', `${index}`],
            ]),
          ),
        ),
      );
      expect(new Set(numbers).size).toBe(200);
      await reopen();
      expect((await at().checkpoint('alerts').read('state/')).size).toBe(200);
      expect((await at().checkpoint('alerts').read('last')).get('last')).toBe('199');
    });

    it('takes an append of many entries and refuses one that is too large, whole', async () => {
      const alerts = at().checkpoint('alerts');
      await alerts.append(1, new Map(Array.from({ length: 20_000 }, (_, index) => [`state/${index}`, 'x'.repeat(100)])));
      expect((await alerts.read('state/')).size).toBe(20_000);
      const tooLong = new Map([
        ['a/1', 'x'],
        ['a/2', 'x'.repeat(MAX_TEXT_BYTES + 1)],
      ]);
      const longest = 'x'.repeat(MAX_TEXT_BYTES);
      const tooMuch = new Map(Array.from({ length: MAX_APPEND_BYTES / MAX_TEXT_BYTES }, (_, index) => [`a/${index}`, longest]));
      for (const changes of [tooLong, tooMuch]) expect(await failure(alerts.append(1, changes))).toMatchObject({ code: 'documents_limit' });
      for (const key of ['', '#fence', 'k'.repeat(1025)])
        expect(await failure(alerts.append(1, new Map([[key, 'x']])))).toMatchObject({ code: 'documents_invalid' });
      expect((await alerts.read('a/')).size).toBe(0);
    });
  });

  it('is healthy, and closed when it is closed', async () => {
    expect(await at().health()).toEqual({ ok: true, reason: '' });
    const { documents } = subject;
    await documents.put('rules', 'a', 1);
    await reopen();
    expect(await failure(documents.put('rules', 'a', 2))).toBeInstanceOf(DocumentsError);
    expect(await failure((async () => documents.checkpoint('alerts').append(1, new Map()))())).toBeInstanceOf(DocumentsError);
  });

  it('behaves like a plain map under any operations and restarts', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 30 }), async (operations) => {
        const model = emptyModel(`r${++round}`);
        for (const each of operations) {
          if (each.kind === 'reopen') await reopen();
          else await follow(model, at(), each);
        }
        await reopen();
        await compare(model, at());
      }),
      { numRuns: 15 },
    );
  }, 60_000);
}

const id = fc.constantFrom('a', 'b', 'c');
const text = fc.string({ maxLength: 20, unit: 'grapheme' });
const changes = fc.array(fc.tuple(id, fc.option(text)), { maxLength: 4 });
const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      id,
      value: fc.jsonValue({ maxDepth: 2 }),
      expected: fc.option(fc.nat(4), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id, expected: fc.option(fc.nat(4), { nil: undefined }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), fence: fc.nat(3), changes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('claim' as const), fence: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), keys: fc.array(id, { maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);
type Operation = Exclude<typeof operation extends fc.Arbitrary<infer T> ? T : never, { kind: 'reopen' }>;

/** What documents are meant to be, without any durability. */
interface Model {
  readonly name: string;
  readonly documents: Map<string, { version: number; value: unknown }>;
  readonly entries: Map<string, string>;
  readonly given: Set<string>;
  fence: number;
}

function emptyModel(name: string): Model {
  return { name, documents: new Map(), entries: new Map(), given: new Set(), fence: 0 };
}

async function follow(model: Model, documents: Documents, each: Operation): Promise<void> {
  if (each.kind === 'put') await followPut(model, documents, each);
  else if (each.kind === 'remove') await followRemoval(model, documents, each);
  else if (each.kind === 'delete') {
    await documents.checkpoint(model.name).remove(each.keys.map((key) => `k/${key}`));
    for (const key of each.keys) model.entries.delete(`k/${key}`);
  } else await followAppend(model, documents, each);
}

async function followAppend(model: Model, documents: Documents, each: Extract<Operation, { fence: number }>): Promise<void> {
  const found = new Map(each.kind === 'append' ? each.changes.map(([key, value]) => [`k/${key}`, value]) : []);
  const checkpoint = documents.checkpoint(model.name);
  const error = await failure(each.kind === 'append' ? checkpoint.append(each.fence, found) : checkpoint.claim(each.fence));
  expect(error instanceof FencedError).toBe(each.fence < model.fence);
  if (error !== undefined) return;
  model.fence = each.fence;
  for (const [key, value] of found) {
    if (value === null) model.entries.delete(key);
    else model.entries.set(key, value);
  }
}

async function followPut(model: Model, documents: Documents, each: Extract<Operation, { kind: 'put' }>): Promise<void> {
  const before = model.documents.get(each.id)?.version ?? 0;
  const result = await documents.put(model.name, each.id, each.value, each.expected).catch((error: unknown) => error);
  if (each.expected !== undefined && each.expected !== before) {
    expect(result).toMatchObject({ code: 'version_conflict', found: before });
    return;
  }
  const { version } = result as { version: number };
  expect(before === 0 || version === before + 1).toBe(true);
  expect(model.given.has(`${each.id} ${version}`)).toBe(false);
  model.given.add(`${each.id} ${version}`);
  model.documents.set(each.id, { version, value: JSON.parse(JSON.stringify(each.value)) as unknown });
}

async function followRemoval(model: Model, documents: Documents, each: Extract<Operation, { kind: 'remove' }>): Promise<void> {
  const before = model.documents.get(each.id)?.version ?? 0;
  const result = await documents.remove(model.name, each.id, each.expected).catch((error: unknown) => error);
  if (each.expected !== undefined && each.expected !== before) {
    expect(result).toMatchObject({ code: 'version_conflict', found: before });
    return;
  }
  expect(result).toBe(before !== 0);
  model.documents.delete(each.id);
}

async function compare(model: Model, documents: Documents): Promise<void> {
  const expected = [...model.documents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, found]) => ({ id, ...found }));
  expect(await documents.list(model.name)).toEqual(expected);
  expect(await documents.checkpoint(model.name).read('')).toEqual(model.entries);
  expect(await documents.checkpoint(model.name).fence()).toBe(model.fence);
}
