import fc from 'fast-check';
import { Datasets, type DatasetsOptions } from './datasets.js';
import { ARRIVAL, makeEvent, makeNormaliser, parseRecord } from './normaliser.fixture.js';

function make(options: Partial<DatasetsOptions> = {}) {
  const added: (readonly string[])[] = [];
  const datasets = new Datasets({ part: undefined, limit: 3, known: [], added: (names) => added.push(names), ...options });
  return { datasets, added };
}

describe('datasets', () => {
  it('have a name that Elasticsearch allows, whatever the tag', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 200 })), fc.option(fc.nat(9), { nil: undefined }), (tags, part) => {
        const { datasets } = make({ part, limit: 1_000 });
        for (const tag of tags) expect(datasets.of(tag)).toMatch(/^(logweir\.[a-z0-9_.]{1,92})?$/);
      }),
    );
  });

  it.each([
    ['docker.Web-1', undefined, 'logweir.docker.web_1'],
    ['docker.web', 1, 'logweir.web'],
    ['docker.web', 2, ''],
    ['docker..x', 1, ''],
    ['', undefined, ''],
    ['서버', undefined, 'logweir.__'],
  ])('of tag %j, part %s: %j', (tag, part, dataset) => {
    expect(make({ part }).datasets.of(tag)).toBe(dataset);
  });

  it('are no more than the limit, however many tags come, and say each new one once', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (tags) => {
        const { datasets, added } = make();
        const given = new Set(tags.map((tag) => datasets.of(tag)).filter((name) => name !== undefined && name !== ''));
        expect(given.size).toBeLessThanOrEqual(3);
        expect(added.map((names) => `logweir.${names.at(-1)}`)).toEqual([...given]);
      }),
    );
  });

  it('of before stay, also beyond a limit that was lowered', () => {
    const { datasets, added } = make({ limit: 1, known: ['a', 'b'] });
    expect(['b', 'a', 'c', 'b'].map((tag) => datasets.of(tag))).toEqual(['logweir.b', 'logweir.a', undefined, 'logweir.b']);
    expect(added).toEqual([]);
  });

  it('are remembered for more tags than fit the memory', () => {
    const { datasets } = make({ limit: 2 });
    const tags = Array.from({ length: 2_500 }, (_, index) => `t${index}`);
    const first = tags.map((tag) => datasets.of(tag));
    expect(tags.map((tag) => datasets.of(tag))).toEqual(first);
    expect(first.filter((name) => name !== undefined)).toEqual(['logweir.t0', 'logweir.t1']);
  });
});

describe('a record with a dataset', () => {
  const byTag: Readonly<Record<string, string | undefined>> = { a: 'logweir.a', none: '', more: undefined };
  const make_ = () => makeNormaliser({ datasetOf: (tag) => byTag[tag] });

  it.each(['line', '{"level":"warn","msg":"x","user":{"id":7}}'])('ends with it: %j', (text) => {
    for (const fields of [makeEvent().fields, { a: 1 }]) {
      const tail = make_().normaliser.normalise(makeEvent({ tag: 'a', text, fields }), ARRIVAL);
      expect(tail).toMatch(/,"data_stream":\{"dataset":"logweir\.a"\}\}$/);
      expect(parseRecord(tail)).toMatchObject({ data_stream: { dataset: 'logweir.a' }, logweir: { tag: 'a' } });
    }
  });

  it('is as before when its tag has none, and counted when there was no room', () => {
    const { normaliser, counted } = make_();
    for (const tag of ['none', 'more']) {
      const event = makeEvent({ tag, text: 'line' });
      expect(normaliser.normalise(event, ARRIVAL)).toBe(makeNormaliser().normaliser.normalise(event, ARRIVAL));
    }
    expect(counted).toEqual(['dataset_over_limit']);
  });

  it.each(['', '\n'] as const)('of parts has that of its first part, whatever is decided later (separator %j)', (separator) => {
    const texts = ['Error: x', '    at f (/a.js:1:2)'];
    const parts = texts.map((text) => make_().normaliser.part(makeEvent({ tag: 'a', text }), ARRIVAL));
    const off = makeNormaliser();
    expect(parseRecord(off.normaliser.join(parts, separator))).toMatchObject({ data_stream: { dataset: 'logweir.a' } });
    const plain = texts.map((text) => off.normaliser.part(makeEvent({ tag: 'a', text }), ARRIVAL));
    expect(parseRecord(make_().normaliser.join(plain, separator))).not.toHaveProperty('data_stream');
  });
});
