import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.js';
import { call } from '../support/api-fixture.js';
import { hostPort, startHub } from '../support/hub.js';
import { openFixture, type IngestFixture } from '../support/ingest-fixture.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const KILLS = 10;

let folder: string;
let fixture: IngestFixture;
let next = 0;

const at = (name: string): string => path.join(folder, name);

function program(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [path.join(ROOT, 'dist/apps/import/src/main.js'), '--state', at('state'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The same number of new lines for a container's log and for a plain one. */
function grow(lines: number): void {
  const numbers = Array.from({ length: lines }, () => next++);
  const time = new Date().toISOString();
  const docker = numbers.map(
    (number) => `${JSON.stringify({ log: `docker ${number}\n`, stream: number % 2 ? 'stdout' : 'stderr', time })}\n`,
  );
  appendFileSync(dockerLog(), docker.join(''));
  appendFileSync(at('logs/app.log'), numbers.map((number) => `plain ${number}\n`).join(''));
}

const dockerLog = (): string => at(`logs/${'cd34'.repeat(16)}-json.log`);

function rotate(file: string): void {
  for (const age of [3, 2, 1]) if (existsSync(`${file}.${age}`)) renameSync(`${file}.${age}`, `${file}.${age + 1}`);
  renameSync(file, `${file}.1`);
  writeFileSync(file, '');
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'logweir-import-'));
  mkdirSync(at('logs'));
});

afterEach(() => rmSync(folder, { recursive: true }));

it(`loses no line and brings none twice when it is killed ${KILLS} times while files grow and are rotated`, async () => {
  fixture = await openFixture();
  const args = ['--to', `127.0.0.1:${fixture.port('forward')}`, at('logs')];
  grow(40_000);
  for (let kill = 0; kill < KILLS; kill++) {
    const before = fixture.store.sent.length;
    const child = program(args);
    const exit = once(child, 'exit');
    // Once something came: anywhere between the first window and the last.
    await eventually(() => expect(fixture.store.sent.length > before || child.exitCode !== null).toBe(true), 10_000, 5);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    child.kill('SIGKILL');
    await exit;
    grow(8_000);
    if (kill % 4 === 1) rotate(dockerLog());
    if (kill % 4 === 3) rotate(at('logs/app.log'));
  }
  const last = program(args);
  expect((await once(last, 'exit'))[0]).toBe(0);
  const found = await eventually(() => {
    const { messages } = fixture.store;
    expect(messages).toHaveLength(next * 2);
    return messages;
  }, 30_000);
  expect(new Set(found).size).toBe(next * 2);
  await fixture.close();
}, 120_000);

it('finds out from the hub which chunks arrived when it no longer remembers their ids', async () => {
  const hub = await startHub({ env: { LOGWEIR_JOURNAL_DEDUPE_WINDOW: '1s' } });
  const { host, port } = hostPort(hub.addresses['forward']);
  const args = ['--to', `${host}:${port}`, '--api', hub.addresses['api'] ?? '', '--dedupe-window', '1s', at('logs')];
  next = 0;
  grow(5_000);
  const stored = async (): Promise<number> => {
    const { port: apiPort } = hostPort(hub.addresses['api']);
    return (await call<{ total: number }>({ port: apiPort }, '/api/v1/logs/histogram?from=now-1h&to=now%2B1h')).body.total;
  };
  const first = program(args);
  const exit = once(first, 'exit');
  // All acknowledged, and killed before it could say so: the file of the window is there, the state is as before it.
  expect((await exit)[0]).toBe(0);
  rmSync(at('state'));
  await eventually(async () => expect(await stored()).toBe(10_000));
  const again = program(args);
  expect((await once(again, 'exit'))[0]).toBe(0);
  await eventually(async () => expect(await stored()).toBe(10_000));
  await hub.stop();
  rmSync(hub.dataDir, { recursive: true });
}, 90_000);
