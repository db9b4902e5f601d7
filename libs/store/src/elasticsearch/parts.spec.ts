import fc from 'fast-check';
import { KNOWN_FIELDS } from '#libs/query';
import { BackOff, MAX_WAIT_MS, MIN_WAIT_MS } from './back-off.js';
import { indicesSince } from './backing-indices.js';
import { describeFailure, judge, parseRetryAfter } from './bulk-answer.js';
import { joinBulk, splitBulk } from './bulk-lines.js';
import { mappingProperties, type FieldMapping } from './fields.js';
import { foldRecord, unfoldRecord } from './folding.js';
import { formatNanoseconds, parseNanoseconds } from './order-key.js';
import { projectRecord } from './projection.js';
import { LEAST_BYTES, PASSED_IN_A_ROW, RequestSize } from './request-size.js';

const bulk = (...sources: object[]) =>
  Buffer.from(sources.map((source, index) => `{"create":{"_id":"id-${index}"}}\n${JSON.stringify(source)}\n`).join(''));

describe('what the Elasticsearch store is made of', () => {
  it('cuts any bulk body into its records and joins them to the same bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string())), (sources) => {
        const body = bulk(...sources);
        const records = splitBulk(body);
        expect(records.map((record) => record.id)).toEqual(sources.map((_, index) => `id-${index}`));
        expect(joinBulk(records).equals(body)).toBe(true);
      }),
    );
  });

  it('gives any folded record back as it was', () => {
    const keys = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.string())));
    fc.assert(
      fc.property(keys, keys, keys, (attributes, labels, containerLabels) => {
        const source = { message: 'm', attributes, labels, container: { name: 'c', labels: containerLabels }, logweir: { node: 'n' } };
        const [record] = splitBulk(bulk(JSON.parse(JSON.stringify(source)) as object));
        const folded = record && foldRecord(record);
        const text = folded?.lines.toString('utf8', folded.sourceAt) ?? '';
        expect(JSON.parse(text)).not.toHaveProperty('attributes');
        expect(unfoldRecord(JSON.parse(text) as Record<string, unknown>)).toEqual(JSON.parse(JSON.stringify(source)));
      }),
    );
  });

  it('folds nothing where there is nothing to fold', () => {
    const [record] = splitBulk(bulk({ message: 'm', container: { name: 'c' } }));
    expect(record && foldRecord(record)).toBeUndefined();
  });

  it('keeps any time that Elasticsearch can hold to the nanosecond', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (ns) => {
        expect(parseNanoseconds(formatNanoseconds(ns))).toBe(ns);
      }),
    );
    expect(parseNanoseconds('2026-11-21T11:00:00.5Z')).toBe(1_795_258_800_500_000_000n);
    expect(parseNanoseconds('2026-11-21T11:00:00Z')).toBe(1_795_258_800_000_000_000n);
  });

  it.each([
    [-1n, '1970-01-01T00:00:00.000000000Z'],
    [2n ** 64n, '2262-04-11T23:47:16.854775807Z'],
  ])('takes %s for the nearest time that date_nanos holds', (ns, text) => {
    expect(formatNanoseconds(ns)).toBe(text);
  });

  it('maps every field that the query language knows, and in its type', () => {
    const types: Record<string, readonly string[]> = {
      keyword: ['keyword', 'wildcard'],
      text: ['match_only_text'],
      long: ['long'],
      ip: ['ip'],
      date: ['date_nanos'],
      flattened: ['flattened'],
    };
    const root: FieldMapping = { properties: mappingProperties() };
    for (const [name, { type }] of Object.entries(KNOWN_FIELDS)) {
      const mapping = name.split('.').reduce<FieldMapping | undefined>((at, key) => inner(at)[key], root);
      expect([name, types[type]?.includes(String(mapping?.['type']))]).toEqual([name, true]);
    }
  });

  const inner = (mapping: FieldMapping | undefined) => (mapping?.['properties'] ?? {}) as Record<string, FieldMapping>;

  it('waits between 0.2 and 10 s, longer with each failure, and little again after a success', () => {
    const longest = new BackOff(() => 0.999_999);
    const waits = Array.from({ length: 12 }, () => longest.failed());
    expect(waits.slice(0, 4)).toEqual([400, 800, 1_600, 3_200]);
    expect(Math.max(...waits)).toBe(MAX_WAIT_MS);
    longest.succeeded();
    expect(longest.failed()).toBe(400);
    expect(new BackOff(() => 0).failed()).toBe(MIN_WAIT_MS);
    expect(new BackOff(() => 0).failed(7_000)).toBe(7_000);
  });

  it('halves requests with each 429 and doubles them when several passed, but keeps below what a 413 named', () => {
    const size = new RequestSize();
    size.overloaded(1_000_000);
    size.overloaded(400_000);
    expect(size.most).toBe(200_000);
    for (let times = 0; times < 10; times += 1) size.overloaded(size.most);
    expect(size.most).toBe(LEAST_BYTES);
    for (let times = 1; times < PASSED_IN_A_ROW; times += 1) size.passed();
    expect(size.most).toBe(LEAST_BYTES);
    size.passed();
    expect(size.most).toBe(2 * LEAST_BYTES);
    size.tooLarge(300_000);
    for (let times = 0; times < 40 * PASSED_IN_A_ROW; times += 1) size.passed();
    expect(size.most).toBe(150_000);
  });

  it.each([
    [undefined, 0],
    ['3', 3_000],
    ['Thu, 01 Jan 1970 00:00:09 GMT', 8_000],
    ['-5', 0],
    ['soon', 0],
    ['86400', 120_000],
  ])('reads Retry-After %s', (header, waitMs) => {
    expect(parseRetryAfter(header, 1_000)).toBe(waitMs);
  });

  it.each([
    [{ status: 201, _index: 'i' }, 'created'],
    [{ status: 201, failure_store: 'used' }, 'rejected'],
    [{ status: 409 }, 'conflict'],
    [{ status: 400, error: { type: 'document_parsing_exception' } }, 'refused'],
    [{ status: 400, error: { type: 'validation_exception' } }, 'failed'],
    [{ status: 400, error: { type: 'index_closed_exception' } }, 'failed'],
    [{ status: 429, error: { type: 'es_rejected_execution_exception' } }, 'failed'],
    [{ status: 503 }, 'failed'],
    [{}, 'failed'],
  ])('judges %j as %s', (item, kind) => {
    expect(judge(item).kind).toBe(kind);
  });

  it('tells the two kinds of 429 apart', () => {
    const flood = describeFailure(429, { type: 'cluster_block_exception' });
    expect(flood).toMatchObject({ leastMs: 10_000, reason: expect.stringMatching(/flood stage/) });
    expect(describeFailure(429, { type: 'circuit_breaking_exception' })).toMatchObject({ leastMs: 0 });
  });

  it.each([
    ['', ['a', 'b', 'c']],
    ['b', ['b', 'c']],
    ['deleted since', ['a', 'b', 'c']],
  ])('looks into every backing index from the mark %j on', (mark, indices) => {
    expect(indicesSince(['a', 'b', 'c'], mark)).toEqual(indices);
  });

  it('picks the asked fields out of a record, also below keys with dots', () => {
    const record = { '@timestamp': 't', message: 'm', attributes: { 'a.b': 1, a: 2, c: 3 }, container: { name: 'x', id: 'y' } };
    expect(projectRecord(record, ['attributes.a', 'container.name'])).toEqual({
      '@timestamp': 't',
      attributes: { 'a.b': 1, a: 2 },
      container: { name: 'x' },
    });
  });
});
