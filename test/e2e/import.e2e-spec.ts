import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile, appendFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Import, type ImportResult } from '#apps/import/src/import';
import { MovedError, readContent } from '#apps/import/src/lines';
import { readOptions } from '#apps/import/src/options';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/running-program.js';
import { openFixture, type IngestFixture } from '../support/ingest-fixture.js';

const VECTORS = path.resolve(import.meta.dirname, '../vectors/docker/json-file');
const ID = 'ab12'.repeat(16);
const NOW_MS = Date.now();
const old = new Date(NOW_MS - 60_000);

let folder: string;
let fixture: IngestFixture;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'logweir-import-'));
  fixture = await openFixture();
});

afterEach(async () => {
  await fixture.close();
  await rm(folder, { recursive: true });
});

const at = (name: string): string => path.join(folder, name);
const iso = (second: number): string => new Date(NOW_MS - 3_600_000 + second * 1000).toISOString().replace('Z', '123456Z');

/** Lines as Docker writes them. */
const docker = (texts: readonly string[], from = 0, stream = 'stdout'): string =>
  texts.map((text, index) => `${JSON.stringify({ log: text, stream, time: iso(from + index) })}\n`).join('');
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`);
const plain = (from: number, to: number): string => numbers(from, to).join('');

async function container(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const dir = at(`containers/${ID}`);
  await mkdir(dir, { recursive: true });
  const config = {
    ID,
    Name: '/shop-web-1',
    Config: { Image: 'shop/web:1.2', Labels: { 'com.docker.compose.service': 'web', team: 'shop' } },
  };
  await writeFile(path.join(dir, 'config.v2.json'), JSON.stringify(config));
  await writeFile(path.join(dir, 'hostconfig.json'), '{}');
  for (const [suffix, content] of Object.entries(files)) await settled(path.join(dir, `${ID}-json.log${suffix}`), content);
  return path.join(dir, `${ID}-json.log`);
}

/** A file that nobody has written to for a while. */
async function settled(file: string, content: string | Buffer): Promise<void> {
  await writeFile(file, content);
  await utimes(file, old, old);
}

async function run(
  args: readonly string[],
  more: { readonly signal?: AbortSignal; readonly now?: () => number } = {},
): Promise<ImportResult & { said: string[] }> {
  const said: string[] = [];
  const now = more.now ?? Date.now;
  const options = readOptions(['--to', `127.0.0.1:${fixture.port('forward')}`, '--state', at('state'), ...args], {}, now());
  const work = new Import({
    options,
    now,
    signal: more.signal ?? new AbortController().signal,
    say: (line) => said.push(line),
    onStart: () => undefined,
  });
  return { ...(await work.run()), said };
}

/** What came to the store, in the order of the file. */
const messages = (count: number): Promise<string[]> =>
  eventually(() => {
    const found = fixture.store.messages;
    expect(found).toHaveLength(count);
    return found;
  });
const expectLines = async (from: number, to: number): Promise<void> =>
  expect((await messages(to - from)).sort()).toEqual(
    numbers(from, to)
      .map((line) => line.trimEnd())
      .sort(),
  );

describe("importing Docker's json-file logs", () => {
  it('brings each line with its own time, stream, container, image and labels, and nothing a second time', async () => {
    await container({ '': docker(['hello\n', '{"level":50,"msg":"pino speaks"}\n']) + docker(['to stderr\n'], 5, 'stderr') });
    expect((await run([at('containers')])).counts).toMatchObject({ lines: 3, sent: 3 });
    await messages(3);
    const [first, second, third] = fixture.store.records.map(({ record }) => record);
    expect(first).toMatchObject({
      '@timestamp': iso(0).replace('Z', 'Z'),
      message: 'hello',
      stream: 'stdout',
      service: { name: 'web' },
      container: { id: ID, name: 'shop-web-1', image: { name: 'shop/web:1.2' }, labels: { 'com.docker.compose.service': 'web' } },
      labels: { team: 'shop' },
    });
    expect(second).toMatchObject({ message: 'pino speaks', log: { level: 'error' } });
    expect(third).toMatchObject({ message: 'to stderr', stream: 'stderr', '@timestamp': iso(5) });
    expect((await run([at('containers')])).counts).toMatchObject({ lines: 0, sent: 0 });
    await messages(3);
  });

  it('joins pieces, of both streams interleaved, over a rotation, and at the end of a container', async () => {
    const piece = 'x'.repeat(16_384);
    const out = (text: string, second: number) => docker([text], second);
    const err = (text: string, second: number) => docker([text], second, 'stderr');
    await container({
      '.1': out(piece, 0) + err('E'.repeat(16_384), 0) + err('-end\n', 1) + out(piece, 1),
      '': out('-end\n', 2) + out('after\n', 3) + out('no newline', 4),
    });
    await run([at('containers')]);
    expect((await messages(4)).map((text) => [text.length, text.slice(-4)])).toEqual([
      [16_388, '-end'],
      [32_772, '-end'],
      [5, 'fter'],
      [10, 'line'],
    ]);
  });

  it('reads what a real Docker Engine left: rotated and compressed in the middle of a long line', async () => {
    for (const name of await readdir(VECTORS)) await settled(at(name), await readFile(path.join(VECTORS, name)));
    expect((await run(['--retention-days', '3650', folder])).counts).toMatchObject({ lines: 7, sent: 5, malformed: 0 });
    const found = await messages(5);
    expect(found.map((text) => text.slice(0, 12)).sort()).toEqual(['after', 'hello', 'no newline', 'oooooooooooo', 'to stderr']);
    expect(found).toContain('o'.repeat(40_000));
    expect(fixture.store.records[0]?.record).toMatchObject({
      service: { name: 'web' },
      container: { name: 'lwcap' },
      labels: { team: 'shop' },
    });
  });

  it('keeps a piece across runs when the log was rotated in between', async () => {
    const piece = 'y'.repeat(16_384);
    const file = await container({ '': docker(['one\n', piece]) });
    await utimes(file, new Date(), new Date());
    expect((await run([at('containers')])).counts).toMatchObject({ sent: 1, unfinished: 1 });
    await rename(file, `${file}.1`);
    await writeFile(file, docker([piece, '-end\n', 'three\n'], 10));
    expect((await run([at('containers')])).counts).toMatchObject({ sent: 2 });
    expect((await messages(3)).map((text) => text.length)).toEqual([3, 32_772, 5]);
    expect((await run([at('containers')])).counts.sent).toBe(0);
  });

  it('sends lines that are damaged as they are, and leaves out what was never written', async () => {
    await container({ '': `${docker(['a\n'])}{"log":"torn\n\0\0\0\0\n${docker(['b\n'], 3)}` });
    expect((await run([at('containers')])).counts).toMatchObject({ sent: 3, malformed: 1 });
    expect((await messages(3)).sort()).toEqual(['a', 'b', '{"log":"torn']);
  });
});

describe('importing plain files', () => {
  it('reads times in the given zone, gives lines without one that of the line before, and takes JSON lines', async () => {
    const local = (minute: number) => `2026-01-01 00:${String(minute).padStart(2, '0')}:00`;
    await settled(
      at('app.log'),
      [`${local(1)} INFO began`, '\tat a.B(C.java:1)', `{"time":"2026-01-01T00:05:00+01:00","level":"error","msg":"failed"}`].join('\n'),
    );
    const now = () => Date.UTC(2026, 0, 2);
    const days = String(Math.ceil((Date.now() - now()) / 86_400_000) + 5);
    await fixture.close();
    fixture = await openFixture({ LOGWEIR_STORE_RETENTION_DAYS: days });
    await run(['--service', 'shop', '--time-zone', 'Europe/Berlin', '--retention-days', days, at('app.log')]);
    await messages(3);
    expect(fixture.store.records.map(({ record }) => record['@timestamp'])).toEqual([
      '2025-12-31T23:01:00.000000000Z',
      '2025-12-31T23:01:00.000000000Z',
      '2025-12-31T23:05:00.000000000Z',
    ]);
    const attributes = expect.objectContaining({ 'log.file.path': at('app.log') }) as unknown;
    expect(fixture.store.records[2]?.record).toMatchObject({
      message: 'failed',
      log: { level: 'error' },
      service: { name: 'shop' },
      attributes,
    });
  });

  it('files lines of a container as Docker would, stack traces whole', async () => {
    await settled(at('app.log'), ['before', 'java.lang.IllegalStateException: closed', '\tat a.B(C.java:1)', 'after'].join('\n'));
    await run(['--service', 'shop', '--container', 'c1', at('app.log')]);
    await messages(3);
    const records = fixture.store.records.map(({ record }) => record);
    expect(records[1]).toMatchObject({
      error: { type: 'java.lang.IllegalStateException' },
      container: { name: 'c1' },
      service: { name: 'shop' },
    });
    expect(records[0]?.['labels']).toMatchObject({ log_file: at('app.log') });
  });

  it('leaves a file alone that is being compressed, and knows it when it is', async () => {
    await settled(at('app.log'), plain(30, 60));
    await settled(at('app.log.1'), plain(0, 30));
    await writeFile(at('app.log.1.gz'), gzipSync(plain(0, 30)).subarray(0, 20));
    const { counts, troubles } = await run([at('app.log'), at('app.log.1'), at('app.log.1.gz')]);
    expect([counts.sent, troubles]).toEqual([60, []]);
    await settled(at('app.log.1.gz'), gzipSync(plain(0, 30)));
    await rm(at('app.log.1'));
    expect((await run([at('app.log'), at('app.log.1.gz')])).counts.sent).toBe(0);
  });

  it.each(['at once', 'a run later'])('knows a file that was compressed when its inode holds another one, seen %s', async (seen) => {
    await settled(at('app.log.1'), plain(0, 30));
    await run([folder]);
    // Written over: the same inode.
    await settled(at('app.log.1'), plain(30, 70));
    if (seen === 'a run later') expect((await run([at('app.log.1')])).counts.sent).toBe(40);
    await settled(at('app.log.2.gz'), gzipSync(plain(0, 30)));
    expect((await run([folder])).counts.sent).toBe(seen === 'at once' ? 40 : 0);
    await expectLines(0, 70);
    expect((await run([folder])).counts.sent).toBe(0);
  });

  it('reads nothing in place of a file that was rotated since it was found', async () => {
    await settled(at('app.log'), plain(0, 3));
    const { dev: device, ino: inode } = await stat(at('app.log'));
    await rename(at('app.log'), at('app.log.1'));
    const content = readContent({ path: at('app.log'), device, inode, compressed: false }, 0);
    await expect(content.next()).rejects.toThrow(MovedError);
    await settled(at('app.log'), plain(3, 6));
    const other = readContent({ path: at('app.log'), device, inode, compressed: false }, 0);
    await expect(other.next()).rejects.toThrow(MovedError);
  });

  it('goes on behind what it has: growth, rotation, compression, renaming', async () => {
    const file = at('app.log');
    await settled(file, plain(0, 3_000));
    await run([folder]);
    await appendFile(file, plain(3_000, 3_500));
    await run([folder]);
    await rename(file, at('app.log.1'));
    await appendFile(at('app.log.1'), plain(3_500, 3_600));
    await settled(file, plain(3_600, 4_000));
    await run([folder]);
    await writeFile(at('app.log.2.gz'), gzipSync(await readFile(at('app.log.1'))));
    await rename(file, at('app.log.1'));
    await settled(file, plain(4_000, 4_100));
    await run([folder]);
    await expectLines(0, 4_100);
    await rename(at('app.log.1'), at('other.log'));
    expect((await run([folder])).counts.sent).toBe(0);
  });

  it('reads a truncated file and a replaced one from the start, and a copy as a file of its own', async () => {
    const file = at('app.log');
    await settled(file, plain(0, 1_000));
    await run([file]);
    await truncate(file, 0);
    await appendFile(file, plain(1_000, 1_200));
    expect((await run([file])).said).toEqual([expect.stringContaining('begins anew')]);
    await expectLines(0, 1_200);
    await copyFile(file, at('copy.log'));
    expect((await run([at('copy.log')])).counts.sent).toBe(200);
  });

  it('leaves a line that is being written for the next run', async () => {
    const file = at('app.log');
    await writeFile(file, 'line 0\nline');
    expect((await run([file])).counts).toMatchObject({ sent: 1, unfinished: 1 });
    await appendFile(file, ' 1\n');
    expect((await run([file])).counts).toMatchObject({ sent: 1, unfinished: 0 });
    await expectLines(0, 2);
  });

  it('leaves out what is outside of the times, and what the hub would not keep, and says how much', async () => {
    const day = (days: number) => new Date(NOW_MS - days * 86_400_000).toISOString();
    await settled(at('app.log'), [20, 10, 3, 1].map((days) => `${day(days)} line\n`).join(''));
    const args = ['--since', 'now-5d', '--until', 'now-2d', at('app.log')];
    expect((await run(['--dry-run', at('app.log')])).counts).toMatchObject({ lines: 4, sent: 3, expired: 1 });
    expect((await run(['--dry-run', ...args])).counts).toMatchObject({ lines: 4, sent: 1, outside: 3 });
    expect(fixture.store.messages).toEqual([]);
    expect((await run(args)).counts).toMatchObject({ sent: 1, outside: 3 });
    await messages(1);
  });

  it('imports the rest when a file cannot be read, and says which', async () => {
    await settled(at('good.log'), plain(0, 5));
    await settled(at('bad.log.gz'), Buffer.from('this is no gzip'));
    const { troubles } = await run([folder, at('missing.log')]);
    expect(troubles.map((trouble) => path.basename(trouble.path)).sort()).toEqual(['bad.log.gz', 'missing.log']);
    await expectLines(0, 5);
  });
});

describe('a run that ended too early', () => {
  it('is known by the chunk ids even without its state', async () => {
    await settled(at('app.log'), plain(0, 40_000));
    await run([at('app.log')]);
    await rm(at('state'));
    await rm(at('state.sending'));
    await run([at('app.log')]);
    await expectLines(0, 40_000);
  }, 60_000);

  it('goes on after an interruption, where it was', async () => {
    await settled(at('app.log'), plain(0, 80_000));
    const stop = new AbortController();
    const running = run([at('app.log')], { signal: stop.signal });
    await eventually(() => expect(fixture.store.messages.length).toBeGreaterThan(0), 10_000, 5);
    stop.abort();
    expect(await running).toMatchObject({ interrupted: true });
    expect((await run([at('app.log')])).interrupted).toBe(false);
    await expectLines(0, 80_000);
  }, 60_000);

  it('outlives a hub that restarts in the middle', async () => {
    await settled(at('app.log'), plain(0, 100_000));
    await fixture.close();
    fixture = await openFixture({ LOGWEIR_FORWARD_PORT: String(await freePort()) });
    const running = run([at('app.log')]);
    await eventually(() => expect(fixture.store.messages.length).toBeGreaterThan(0), 10_000, 5);
    await fixture.restart();
    await running;
    await expectLines(0, 100_000);
  }, 60_000);

  it('gives up on a hub that is not there, and on a door that speaks something else, with what to do', async () => {
    await settled(at('app.log'), plain(0, 5));
    await expect(run(['--to', '127.0.0.1:1', '--give-up', '1', at('app.log')])).rejects.toThrow(/127.0.0.1:1: .*ECONNREFUSED/);
    await expect(
      run(['--to', `127.0.0.1:${fixture.port('intake')}`, '--give-up', '2', '--state', at('other'), at('app.log')]),
    ).rejects.toThrow();
    await run([at('app.log')]);
    await expectLines(0, 5);
  });

  it('asks whether the last chunks arrived when the hub no longer remembers their ids', async () => {
    await settled(at('app.log'), plain(0, 5));
    await expect(run(['--to', '127.0.0.1:1', '--give-up', '1', at('app.log')])).rejects.toThrow('ECONNREFUSED');
    const later = () => Date.now() + 3_600_000;
    await expect(run(['--api', 'http://127.0.0.1:1', at('app.log')], { now: later })).rejects.toThrow(/--under-way/);
    expect((await run(['--under-way', 'send', at('app.log')], { now: later })).said).toEqual([
      expect.stringContaining('sending 1 of them'),
    ]);
    await expectLines(0, 5);
  });
});
