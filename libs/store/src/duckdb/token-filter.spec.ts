import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseQuery } from '#libs/query';
import { BASE_NS, CONTRACT_NOW_MS, contractBatch, contractRecord, contractSearch, DAY_NS, type Source } from '../records.contract.js';
import { DuckDbStore } from './duckdb-store.js';
import { FilterBuilder, hashToken, LINE_BYTES, lineOf, maskOf, partOf, PARTS, Tokens } from './token-filter.js';

const tokens = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `token${from + index}`);

const hashed = (token: string): Tokens => {
  const list = new Tokens();
  list.push(hashToken(token));
  return list;
};

/** As the statement of a search asks. */
function mayHold(parts: readonly Uint8Array[], hash: number): boolean {
  const part = parts[partOf(hash)] as Uint8Array;
  const line = (lineOf(hash) % (part.length / LINE_BYTES)) * LINE_BYTES;
  return maskOf(hash).every((byte, index) => ((part[line + index] as number) & byte) === byte);
}

describe('a token filter', () => {
  it.each([1, 30, 3_000, 13_000])('of %p tokens has every one of them, and few others', (count) => {
    const filter = new FilterBuilder(0);
    for (const token of tokens(count)) filter.add(1, hashed(token));
    const hadBefore = (token: string) => filter.mayHold(hashToken(token));
    expect(tokens(count).every(hadBefore)).toBe(true);
    expect(tokens(10_000, 1_000_000).filter(hadBefore).length).toBeLessThan(400);
    const parts = filter.finish();
    expect(parts).toHaveLength(PARTS);
    const has = (token: string) => mayHold(parts, hashToken(token));
    expect(tokens(count).every(has)).toBe(true);
    expect(tokens(10_000, 1_000_000).filter(has).length).toBeLessThan(400);
  });

  it('is full at its tokens, and small when it has few', () => {
    const filter = new FilterBuilder(0);
    filter.add(1, hashed('one'));
    expect(filter.isFull).toBe(false);
    expect(filter.finish().reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(1_024);
    const other = new FilterBuilder(0);
    const many = new Tokens();
    for (const token of tokens(14_000)) many.push(hashToken(token));
    other.add(1, many);
    expect(other.isFull).toBe(true);
  });

  it('ends where a vector of rows ends', () => {
    const filter = new FilterBuilder(2_040);
    for (let row = 0; row < 7; row += 1) filter.add(1, hashed('one'));
    expect(filter.isFull).toBe(false);
    filter.add(1, hashed('one'));
    expect([filter.isFull, filter.end]).toEqual([true, 2_048]);
  });
});

const VALUES = [
  '7',
  '7.0',
  '-0',
  0,
  7,
  1e21,
  '1e+21',
  'abc',
  '',
  'a\0b',
  'ab=c',
  '서버',
  'x\ud800',
  true,
  null,
  ['a', 7, 'b'],
  [['a']],
  { a: 1 },
];
const WORDS = ['paid', 'failed', 'foo.bar', '서버에서', '7', "can't", 'Straße', '漢字', '👍'];
const FIELD_QUERIES = [
  'a:7',
  'a:"7.0"',
  'a:abc',
  'a:"1e21"',
  'a:0',
  'a:a',
  'a:true',
  'a:""',
  'a:서버',
  'a:"ab=c"',
  'a:x\ufffd',
  'a:"a\0b"',
];
const TEXT_QUERIES = [
  'trace:7',
  'trace:"a\0b"',
  'level:"a\0b"',
  'level:(error or warn)',
  'labels.team:7',
  'error.message:paid',
  'node:"n"',
];
const MIXED_QUERIES = ['"paid failed"', 'paid or a:7', 'paid a:7', 'not paid', 'p*d', '-a:7 paid', 'http.response.status_code:200'];
const RARE_QUERIES = ['rare7', 'rare30000', 'rare20001 or rare30001', 'rare7 and not paid'];
const QUERIES = [...WORDS, ...FIELD_QUERIES, ...TEXT_QUERIES, ...MIXED_QUERIES, ...RARE_QUERIES];

const field = fc.constantFrom(...VALUES);
const some = fc.record({
  message: fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }).map((words) => words.join(' ')),
  log: fc.record({ level: fc.constantFrom('info', 'warn', 'error', 'a\0b') }),
  trace: fc.record({ id: field.filter((value) => typeof value === 'string') }),
  http: fc.record({ response: fc.record({ status_code: fc.constantFrom(200, '200', 404) }) }),
  error: fc.record({ message: fc.constantFrom('paid', 'other') }),
  labels: fc.record({ team: fc.constantFrom('7', 'shop') }),
  attributes: fc.record({ a: field, ab: field }),
});

/** One record in so many is random; the others make blocks full with words of their own. */
const RANDOM_EVERY = 200;
const OWN_WORDS = 20;
const RECORDS = 40_000;
/** All of them over 53 minutes, so that a search has windows. */
const STEP_NS = 80_000_000n;

function manyRecords(seed: readonly Source[], first: number, count: number): Source[] {
  return Array.from({ length: count }, (_, index) => {
    const sequence = first + index;
    const random = seed.length > 0 && index % RANDOM_EVERY === 0 ? seed[(index / RANDOM_EVERY) % seed.length] : undefined;
    const words = tokens(OWN_WORDS, sequence * OWN_WORDS).join(' ');
    return contractRecord(sequence, BigInt(sequence % RECORDS) * STEP_NS, random ?? { message: `rare${sequence} ${words}` });
  });
}

describe('answers from blocks', () => {
  let folder: string;
  let store: DuckDbStore;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'logweir-filter-'))));
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (nowMs = CONTRACT_NOW_MS): Promise<DuckDbStore> => {
    const opened = new DuckDbStore({ folder, now: () => nowMs });
    await opened.start();
    return opened;
  };

  /** `not not q` asks the same with no needs. */
  async function check(): Promise<void> {
    for (const q of QUERIES) {
      const query = parseQuery(q);
      const plain = { type: 'not', clause: { type: 'not', clause: query } } as const;
      const request = contractSearch({ limit: 300, fields: ['trace.id'] });
      const wanted = await store.search({ ...request, query: plain });
      const found = await store.search({ ...request, query });
      expect({ q, hits: found.hits, partial: found.partial }).toEqual({ q, hits: wanted.hits, partial: false });
      // Counting has little time and may give up.
      if (found.total.exact && wanted.total.exact) expect({ q, total: found.total }).toEqual({ q, total: wanted.total });
    }
  }

  it('have what was acknowledged, while more is written', async () => {
    store = await open();
    const batch = 3_000;
    let writing = store.write(contractBatch(manyRecords([], 1, batch)));
    for (let first = batch + 1; first <= RECORDS; first += batch) {
      expect(await writing).toMatchObject({ stored: batch });
      let isWriting = true;
      writing = store.write(contractBatch(manyRecords([], first, batch))).finally(() => (isWriting = false));
      for (let back = 1; isWriting || back === 1; back = (back * 7) % (first - 1)) {
        const sequence = first - back;
        const { hits } = await store.search(contractSearch({ q: `rare${sequence}` }));
        expect(hits.map(({ key }) => key.sequence)).toEqual([sequence]);
      }
    }
    await writing;
  }, 60_000);

  it('are those of the rows alone: with late records, after a restart and after a rewrite', async () => {
    const seed = fc.sample(some, 100) as Source[];
    store = await open();
    for (let first = 1; first <= RECORDS; first += 8_000) await store.write(contractBatch(manyRecords(seed, first, 8_000)));
    await store.write(contractBatch([contractRecord(150_000, -DAY_NS, { message: 'rare7 of yesterday' })]));
    await check();
    await store.close();
    store = await open(CONTRACT_NOW_MS + Number(DAY_NS / 1_000_000n));
    const late = await store.write(contractBatch(manyRecords(seed, 150_001, 1_000)));
    expect(late.stored).toBe(1_000);
    await check();
    while ((await store.maintain()).compacted.length > 0);
    await check();
    const request = contractSearch({ q: 'rare7', fromNs: BASE_NS });
    expect((await store.search(request)).total).toEqual({ value: 1, exact: true });
  }, 120_000);
});
