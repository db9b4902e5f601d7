import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeMessagePack } from '#libs/protocols/forward';
import { eventually } from '../support/eventually.js';
import { bookSides, Line, openFixture } from '../support/ingest-fixture.js';
import type { IngestFixture } from '../support/ingest-fixture.js';

const SECONDS = Math.floor(Date.now() / 1_000);
const CONTAINER = 'ab'.repeat(32);
const chunk = (id: string, ...records: object[]): Buffer =>
  encodeMessagePack(['t', Buffer.concat(records.map((record) => encodeMessagePack([SECONDS, record as never]))), { chunk: id }]);
const docker = (log: string, more: object = {}): Buffer =>
  encodeMessagePack(['t', SECONDS, { container_id: CONTAINER, container_name: '/web', source: 'stdout', log, ...more } as never]);
const get = (url: string): string => JSON.stringify({ method: 'GET', url, statusCode: 200, msg: 'request completed' });

const folder = mkdtempSync(path.join(tmpdir(), 'logweir-filters-'));
const filters = path.join(folder, 'filters');
const data = path.join(folder, 'data');
/** As an editor writes: another file under the name. */
function write(name: string, text: string): void {
  writeFileSync(path.join(folder, 'new'), text);
  renameSync(path.join(folder, 'new'), path.join(filters, name));
}

let fixture: IngestFixture;
const send = async (...frames: Buffer[]): Promise<void> => {
  const line = await Line.to(fixture.port('forward'));
  line.socket.end(Buffer.concat(frames));
  await eventually(() => expect(line.ended).toBe(true));
  line.socket.destroy();
};
const settled = (): Promise<void> => eventually(async () => expect(await fixture.metric('logweir_journal_records')).toBe(0));
const dropped = (reason: string): Promise<number> => fixture.metric(`logweir_records_dropped_total{reason="${reason}"}`);

beforeAll(() => mkdirSync(filters));
afterAll(() => rmSync(folder, { recursive: true }));

describe('redaction at ingest', () => {
  const CARD = '4111 1111 1111 1111';
  const PASSWORD = 'correct-horse';
  const secrets = [CARD, PASSWORD, 'bob@example.com', '4111111111111111'];

  beforeAll(async () => {
    fixture = await openFixture({
      LOGWEIR_DATA_DIR: data,
      LOGWEIR_FILTERS_FOLDER: filters,
      LOGWEIR_FILTERS_REDACT: 'card,token,url_password,email',
    });
    fixture.store.refuses = ({ message }) => message.startsWith('refused');
  });
  afterAll(() => fixture.close());

  it('leaves nothing in the store, in dead letters and on disk, whichever door it came by', async () => {
    await send(
      chunk('c1', { log: `plain ${CARD}` }, { log: `refused ${CARD}` }, { user: { mail: 'bob@example.com', password: PASSWORD }, n: 1 }),
      docker(`{"msg":"login","auth":{"token":"${PASSWORD}"},"deep":[{"card":4111111111111111}]}`),
      docker(`{"msg":"cut off","url":"postgres://app:${PASSWORD}@db/shop","x`),
      docker('a line', { env_DB_PASSWORD: PASSWORD }),
      ...['Traceback (most recent call last):', '  File "a.py", line 1, in <module>', `ValueError: card ${CARD}`].map((log) => docker(log)),
    );
    const json = net.connect(fixture.port('json'), '127.0.0.1');
    json.end(`{"msg":"by json","email":"bob@example.com"}\n`);
    const answer = await fetch(`http://127.0.0.1:${fixture.port('intake')}/ingest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ msg: 'by http', note: `password=${PASSWORD}` }),
    });
    expect(answer.status).toBeLessThan(300);
    await eventually(() => expect(fixture.store.messages).toEqual(expect.arrayContaining(['by json', 'by http'])));
    await settled();
    const stored = fixture.store.sent.map(({ text }) => text).join('\n');
    for (const secret of secrets) expect(stored).not.toContain(secret);
    expect(stored).toContain('**** **** **** 1111');
    expect(stored).toContain('"error":{"type":"ValueError","message":"card **** **** **** 1111"');
    await fixture.ingest.close();
    for (const file of filesIn(data))
      for (const secret of secrets) expect([file, readFileSync(file, 'latin1').includes(secret)]).toEqual([file, false]);
    await fixture.restart();
    expect(await fixture.metric('logweir_filters')).toBe(1);
  });

  it('of a line in 16 KiB parts finds what was split, in the record; half of it stands in the journal until it is read', async () => {
    const halves = [`{"msg":"long","card":"4111 1111`, ` 1111 1111","other":"5555555555554444 end"}`];
    const id = { partial_message: 'true', partial_id: 'p1' };
    await send(
      docker(halves[0] ?? '', { ...id, partial_ordinal: '1', partial_last: 'false' }),
      docker(halves[1] ?? '', { ...id, partial_ordinal: '2', partial_last: 'true' }),
    );
    await eventually(() => expect(fixture.store.messages).toContain('long'));
    const [record] = fixture.store.records.filter(({ message }) => message === 'long');
    expect(record?.record['attributes']).toEqual({ card: '**** **** **** 1111', other: '************4444 end' });
    const onDisk = filesIn(path.join(data, 'journal')).map((file) => readFileSync(file, 'latin1'));
    expect(onDisk.some((text) => text.includes('4111 1111'))).toBe(true);
    expect(onDisk.some((text) => text.includes('5555555555554444'))).toBe(false);
  });
});

describe('drop and sample', () => {
  beforeAll(async () => {
    write(
      'noise.yml',
      `filters:
  - name: health
    drop: { where: 'url.path: "/healthz"' }
  - name: debug
    sample: { where: 'level: debug', keep: 1 in 4 }
`,
    );
    fixture = await openFixture({ LOGWEIR_FILTERS_FOLDER: filters });
  });
  afterAll(() => fixture.close());

  const debug = (count: number): object[] =>
    Array.from({ length: count }, (_, at) => ({ log: JSON.stringify({ level: 'debug', msg: `step ${at}`, trace_id: `t${at % 100}` }) }));

  it('keep the books: what is left out is in a column of its own, and acknowledged', async () => {
    const line = await Line.to(fixture.port('forward'));
    const first = chunk('d1', { log: get('/healthz') }, { log: get('/orders') }, ...debug(400));
    line.socket.write(first);
    expect((await line.answer(5)).length).toBeGreaterThan(0);
    await settled();
    expect(await dropped('filter')).toBe(1);
    const sampled = await dropped('sample');
    expect(sampled).toBeGreaterThan(200);
    expect(sampled % 4).toBe(0);
    expect(fixture.store.kept.size).toBe(401 - sampled);
    expect(await fixture.metric('logweir_filter_hits_total{filter="debug",kind="sample"}')).toBe(sampled);
    const sides = await bookSides(fixture);
    expect(sides.in).toBe(sides.out);

    line.socket.write(first);
    await line.answer(5);
    expect(await fixture.metric('logweir_records_duplicate_total')).toBe(402);
    expect(await dropped('filter')).toBe(1);
    line.socket.destroy();
  });

  it('decide alike for the same records in another chunk', async () => {
    const before = fixture.store.messages.filter((message) => message.startsWith('step')).sort();
    const seen = fixture.store.kept.size;
    await send(chunk('d2', ...debug(400)));
    await settled();
    const again = [...fixture.store.kept.values()]
      .slice(seen)
      .map(({ message }) => message)
      .sort();
    expect(again).toEqual(before);
  });

  it('know a chunk again of which nothing was kept', async () => {
    const line = await Line.to(fixture.port('forward'));
    const none = chunk('d3', { log: get('/healthz') }, { log: get('/healthz') });
    const duplicates = await fixture.metric('logweir_records_duplicate_total');
    for (let turn = 0; turn < 2; turn++) {
      line.socket.write(none);
      await line.answer(5);
    }
    expect(await fixture.metric('logweir_records_duplicate_total')).toBe(duplicates + 2);
    expect(await dropped('filter')).toBe(3);
    line.socket.destroy();
  });

  it('do not tear a stack trace by a health check that came between, nor a large chunk', async () => {
    const trace = ['java.lang.IllegalStateException: /healthz', '\tat a.B.c(B.java:1)', '\tat a.B.d(B.java:2)'];
    await send(
      docker(trace[0] ?? ''),
      docker(get('/healthz')),
      docker(trace[1] ?? ''),
      docker(get('/healthz')),
      docker(trace[2] ?? ''),
      docker('then'),
    );
    await eventually(() => expect(fixture.store.messages).toContain(trace.join('\n')));

    const many = Array.from({ length: 5_000 }, (_, at) => ({ log: at % 2 === 0 ? get('/healthz') : `line ${at}` }));
    const before = await dropped('filter');
    await send(chunk('d4', ...many));
    await settled();
    expect((await dropped('filter')) - before).toBe(2_500);
    expect(fixture.store.messages.filter((message) => message.startsWith('line '))).toHaveLength(2_500);
    const sides = await bookSides(fixture);
    expect(sides.in).toBe(sides.out);
  });

  it('are in the books after a restart', async () => {
    const before = [await dropped('filter'), await dropped('sample')];
    await fixture.restart();
    expect([await dropped('filter'), await dropped('sample')]).toEqual(before);
    const sides = await bookSides(fixture);
    expect(sides.in).toBe(sides.out);
  });
});

describe('filter files', () => {
  let written = 0;
  beforeAll(async () => {
    rmSync(path.join(filters, 'noise.yml'));
    fixture = await openFixture({ LOGWEIR_FILTERS_FOLDER: filters, LOGWEIR_FILTERS_HASH_KEY: 'k' });
  });
  afterAll(() => fixture.close());

  const stored = async (log: string): Promise<string | undefined> => {
    await send(chunk(`w${written++}`, { log }, { log: `end ${written}` }));
    await eventually(() => expect(fixture.store.messages).toContain(`end ${written}`));
    return fixture.store.messages.at(-2);
  };
  const inForce = (count: number): Promise<void> =>
    eventually(async () => expect(await fixture.metric('logweir_filters')).toBe(count), 1_000, 20);

  it('count within a second of being written, also without a restart', async () => {
    expect(await stored('customer CUST-123456')).toBe('customer CUST-123456');
    write('own.yml', `- name: customers\n  redact: { regex: 'CUST-\\d{6}', action: hash }\n`);
    await inForce(1);
    const hashed = await stored('customer CUST-123456');
    expect(hashed).toMatch(/^customer hash:[0-9a-f]{12}$/);
    expect(await stored('customer CUST-123456')).toBe(hashed);
  });

  it('with a mistake are told by file, line and field, and go on as they were beside the good ones', async () => {
    write(
      'own.yml',
      `- name: customers\n  redact: { regex: 'CUST-(?=1)', action: hash }\n- name: mails\n  redact: { patterns: [email], action: remove }\n- name: odd\n  drop: { were: x }\n`,
    );
    await inForce(2);
    expect(await stored('CUST-123456 of bob@example.com')).toMatch(/^hash:[0-9a-f]{12} of \[removed\]$/);
    expect(await fixture.metric('logweir_filter_errors')).toBe(3);
    const problems = fixture.log.map((line) => JSON.parse(line) as { problems?: string[] }).flatMap(({ problems: told }) => told ?? []);
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/own\.yml:2:\d+: filter "customers", redact\.regex: .*Look-around/),
        expect.stringMatching(/own\.yml:6:\d+: filter "odd", drop\.were: unknown key "were"; did you mean "where"\?/),
      ]),
    );
  });

  it('that are no YAML any more change nothing; that are gone end', async () => {
    write('own.yml', '- name: customers\n  redact: [unclosed\n: :');
    await eventually(async () => expect(await fixture.metric('logweir_filter_errors')).toBeGreaterThan(0));
    await inForce(2);
    rmSync(path.join(filters, 'own.yml'));
    await inForce(0);
    expect(await stored('CUST-123456')).toBe('CUST-123456');
  });
});

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
