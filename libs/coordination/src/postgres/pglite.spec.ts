import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../../test/support/eventually.js';
import { coordinationContract } from '../coordination.contract.js';
import { openCoordination, type CoordinationOptions } from '../open.js';
import { silent } from '../silent.fixture.js';
import { prepareFolder } from './pglite/folder.js';

const CHILD = join(import.meta.dirname, '../child.fixture.ts');
let root: string;
let template: string;
const open = (options: CoordinationOptions): ReturnType<typeof openCoordination> =>
  openCoordination(options, { log: silent, now: Date.now });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'logweir-pglite-'));
  template = join(root, 'template');
  await prepareFolder(template);
}, 60_000);

afterAll(() => rm(root, { recursive: true, force: true }));

coordinationContract('PGlite', async () => {
  const coordination = await open({ kind: 'pglite', dir: join(root, 'a'), template });
  return {
    coordination,
    other: coordination,
    takeOver: { kind: 'pglite', dir: join(root, 'b'), template },
    open,
    close: () => coordination.close(),
  };
});

describe('a PGlite folder', () => {
  const options = (name: string): CoordinationOptions => ({ kind: 'pglite', dir: join(root, name), template });

  it('keeps its jobs over a restart, and is used by one at a time', async () => {
    const before = await open(options('kept'));
    await before.queue('work').addAll([{ id: 'n-1', data: 'ä' }]);
    await before.close();
    const after = await open(options('kept'));
    await expect(open(options('kept'))).rejects.toThrow(/is already open in this process/);
    const done: unknown[] = [];
    const settings = { concurrency: 1, lockMs: 5_000, stalledMs: 2_000, attempts: 1, backoff: () => -1 };
    const worker = await after.queue('work').work(async ({ data }) => void done.push(data), settings);
    await eventually(() => expect(done).toEqual(['ä']));
    await worker.close(1_000);
    await after.close();
  });

  it('gives the jobs of a process that was killed to the next at once, however long their locks are', async () => {
    const child = fork(CHILD, [JSON.stringify(options('killed')), '60000'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(child, 'message');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const after = await open(options('killed'));
    const done: string[] = [];
    const settings = { concurrency: 1, lockMs: 60_000, stalledMs: 60_000, attempts: 3, backoff: () => -1 };
    const worker = await after.queue('orphans').work(async ({ id }) => void done.push(id), settings);
    await eventually(() => expect(done).toEqual(['n-orphan']), 3_000);
    await worker.close(1_000);
    await after.close();
  }, 20_000);

  it('that holds other files is left alone', async () => {
    await cp(import.meta.dirname, join(root, 'other'), { recursive: true });
    await expect(open(options('other'))).rejects.toThrow(/cannot be used: it holds other files/);
  });

  it.each([
    ['with garbage as control file', (dir: string) => writeFile(join(dir, 'global/pg_control'), 'x'.repeat(8_192))],
    ['without its log', (dir: string) => rm(join(dir, 'pg_wal'), { recursive: true })],
  ])('%s is set aside and made anew', async (what, damage) => {
    const name = what.replaceAll(' ', '-');
    await cp(template, join(root, name), { recursive: true });
    await damage(join(root, name));
    const errors: string[] = [];
    const log = { ...silent, error: (message: string) => void errors.push(message) };
    const coordination = await openCoordination(options(name), { log, now: Date.now });
    await coordination.queue('work').add({ id: 'n-1', data: {} });
    await coordination.close();
    expect(errors).toEqual(['the queue folder is damaged and was set aside; its work is made again']);
    expect((await readdir(root)).filter((entry) => entry.startsWith(`${name}.damaged-`))).toHaveLength(1);
  });
});
