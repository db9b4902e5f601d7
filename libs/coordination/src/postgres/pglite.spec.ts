import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coordinationContract } from '../coordination.contract.js';
import { openCoordination, type CoordinationOptions } from '../open.js';
import { silent } from '../silent.fixture.js';
import { prepareFolder } from './pglite/folder.js';

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
