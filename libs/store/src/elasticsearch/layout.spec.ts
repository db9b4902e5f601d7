import fc from 'fast-check';
import { withDataset } from '../../../../test/support/datasets.js';
import { addressBulk } from './addressing.js';
import { DayLayout } from './day-layout.js';
import { parseDayPattern } from './index-pattern.js';
import { StreamLayout, type Layout } from './layout.js';
import { indexTemplates } from './template.js';

const bulkOf = (sources: readonly string[]) =>
  Buffer.from(sources.map((source, index) => `{"create":{"_id":"id-${index}"}}\n${source}\n`).join(''));
const sourceOf = (time: string, rest: object = { message: 'm' }) =>
  `{"event":{"sequence":1,"created":"2026-11-21T10:00:00.000000000Z"},"@timestamp":"${time}",${JSON.stringify(rest).slice(1)}`;
const timeOf = (ms: number) => new Date(ms).toISOString().replace('Z', '123456Z');
const place = (layout: Layout, source: string) => layout.placeOf(Buffer.from(`${source}\n`), 0, Buffer.byteLength(source) + 1);

const anyTime = fc.date({ min: new Date(0), max: new Date('2262-04-11T23:00:00Z'), noInvalidDate: true }).map((date) => date.getTime());
const anyRest = fc.record({ message: fc.string({ unit: 'binary' }), attributes: fc.dictionary(fc.string(), fc.string()) });
const name = fc.constantFrom('a', 'web.v2', 'x'.repeat(92), 'shop_1');

describe('a layout by day', () => {
  const layout = new DayLayout('docker-logs-{yyyy.MM.dd}', 'default');

  it('puts any record into the index of its UTC day', () => {
    fc.assert(
      fc.property(anyTime, anyRest, (ms, rest) => {
        const day = new Date(ms).toISOString().slice(0, 10);
        expect(place(layout, sourceOf(timeOf(ms), rest))).toBe(`docker-logs-${day.replaceAll('-', '.')}`);
      }),
    );
  });

  it.each([
    ['{"message":"other order","@timestamp":"2026-11-21T23:30:00-05:00"}', 'docker-logs-2026.11.22'],
    ['{"attributes":{"@timestamp":"2020-01-01T00:00:00.000000000Z"},"@timestamp":"2026-11-21"}', 'docker-logs-2026.11.21'],
    [sourceOf('2026-11-21T10:00:00.123Z'), 'docker-logs-2026.11.21'],
  ])('reads the time of %s, which a person wrote', (source, index) => {
    expect(place(layout, source)).toBe(index);
  });

  it.each([sourceOf('yesterday'), sourceOf('2026-13-41T10:00:00.000000000Z'), sourceOf('9999-12-31T00:00:00.000000000Z'), '{}', 'no JSON'])(
    'has no place for %s, and says why',
    (source) => {
      expect(place(layout, source)).toBeUndefined();
      expect(layout.refusalOf(Buffer.from(source))).toMatchObject({ type: 'no_day' });
    },
  );

  it('has no place for days that were dropped', () => {
    const kept = new DayLayout('x-{yyyy.MM.dd}', 'default');
    kept.dropBefore('2026-11-20');
    kept.dropBefore('2026-11-10');
    const old = sourceOf('2026-11-19T23:59:59.999999999Z');
    expect([place(kept, old), kept.refusalOf(Buffer.from(old))]).toEqual([undefined, 'expired']);
    expect(place(kept, sourceOf('2026-11-20T00:00:00.000000000Z'))).toBe('x-2026.11.20');
  });
});

describe('an index pattern', () => {
  it.each([
    ['docker-logs-{yyyy.MM.dd}', 'docker-logs-2026.11.21', 'docker-logs-*.*.*'],
    ['{namespace}-{dd-MM-yyyy}-x', 'prod-21-11-2026-x', 'prod-*-*-*-x'],
    ['logs{yyyyMMdd}', 'logs20261121', 'logs***'],
  ])('%s names the day’s index, and reads it back', (text, index, wildcard) => {
    const pattern = parseDayPattern(text, 'prod');
    expect([pattern.nameOf('2026-11-21'), pattern.wildcard, pattern.dayOf(index)]).toEqual([index, wildcard, '2026-11-21']);
  });

  it.each(['docker-logs-2026.11', 'docker-logs-2026x11.21', 'other-2026.11.21', 'docker-logs-2026.11.21-reindexed'])(
    'does not know %s',
    (index) => {
      expect(parseDayPattern('docker-logs-{yyyy.MM.dd}', 'prod').dayOf(index)).toBeUndefined();
    },
  );
});

describe('a layout of streams', () => {
  const layout = new StreamLayout('prod', true);

  it('puts any record into the stream of its dataset', () => {
    fc.assert(
      fc.property(fc.option(name, { nil: undefined }), anyRest, (dataset, rest) => {
        const source = sourceOf('2026-11-21T10:00:00.000000000Z', rest);
        const full = dataset === undefined ? source : withDataset(source, `logweir.${dataset}`);
        expect(place(layout, full)).toBe(dataset === undefined ? 'logs-logweir-prod' : `logs-logweir.${dataset}-prod`);
      }),
    );
  });

  it('finds the dataset also before what a filter added', () => {
    const redacted = withDataset('{"@timestamp":"t"}', 'logweir.a').slice(0, -1);
    expect(place(layout, `${redacted},"attributes":{"client.ip":"x"}}`)).toBe('logs-logweir.a-prod');
    expect(place(layout, JSON.stringify({ a: 1, message: ',"data_stream":{"dataset":"logweir.x"}' }))).toBe('logs-logweir-prod');
  });

  it.each(['other', 'logweir.', 'logweir.a/b', 'logweir.A', `logweir.${'x'.repeat(93)}`])(
    'takes no %s for a dataset of ours',
    (dataset) => {
      expect(place(layout, withDataset('{"a":1}', dataset))).toBe('logs-logweir-prod');
    },
  );
});

describe('the address of a request', () => {
  const sources = fc.array(fc.tuple(name, anyRest), { minLength: 1, maxLength: 12 });

  it('gives any record the stream where it belongs, and leaves its source as it is', () => {
    const layout = new StreamLayout('prod', true);
    fc.assert(
      fc.property(sources, (list) => {
        const texts = list.map(([dataset, rest]) => withDataset(JSON.stringify({ '@timestamp': 't', ...rest }), `logweir.${dataset}`));
        const addressed = addressBulk(bulkOf(texts), layout);
        const lines = (addressed?.body.toString() ?? '').split('\n');
        const found = texts.map((_, index) => {
          const { create } = JSON.parse(lines[2 * index] ?? '') as { create: { _id: string; _index?: string } };
          return [create._id, create._index ?? addressed?.target, lines[2 * index + 1]];
        });
        expect(found).toEqual(texts.map((text, index) => [`id-${index}`, `logs-logweir.${list[index]?.[0]}-prod`, text]));
        expect(addressed?.targets).toEqual(new Set(found.map(([, target]) => target)));
      }),
    );
  });

  it('leaves the bytes alone when all go to one place', () => {
    const ofOneDay = bulkOf([sourceOf('2026-11-21T00:00:00.000000000Z'), sourceOf('2026-11-21T23:00:00.000000000Z')]);
    expect(addressBulk(ofOneDay, new DayLayout('x-{yyyy.MM.dd}', 'p'))?.body).toBe(ofOneDay);
    const bulk = Buffer.from('not even looked at');
    expect(addressBulk(bulk, new StreamLayout('p', false))).toEqual({
      target: 'logs-logweir-p',
      body: bulk,
      targets: new Set(['logs-logweir-p']),
    });
  });

  it.each([
    ['a record has no place', bulkOf([sourceOf('yesterday')])],
    ['an action is not ours', Buffer.from('{"index":{}}\n{"@timestamp":"2026-11-21T10:00:00.000000000Z"}\n')],
    ['a line is missing', Buffer.from('{"create":{"_id":"a"}}\n')],
    ['lines are short', Buffer.from('a\nb\n')],
  ])('is not given when %s', (_, bulk) => {
    expect(addressBulk(bulk, new DayLayout('x-{yyyy.MM.dd}', 'p'))).toBeUndefined();
  });
});

describe('an index template with an ILM policy', () => {
  it.each<Layout>([new StreamLayout('prod', true), new DayLayout('x-{yyyy.MM.dd}', 'prod')])(
    'names it and has no retention of its own',
    (layout) => {
      const written = JSON.stringify(indexTemplates({ namespace: 'prod', retentionDays: 14, shape: { ilmPolicy: 'hot-warm' } }, layout));
      expect(written).toContain('"index.lifecycle.name":"hot-warm"');
      expect(written).not.toContain('data_retention');
    },
  );
});
