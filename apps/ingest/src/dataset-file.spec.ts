import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetFile } from './dataset-file.js';

describe('the file of datasets', () => {
  let folder: string;
  const path = () => join(folder, 'datasets.json');
  const reports: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'logweir-datasets-'));
    reports.length = 0;
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () => DatasetFile.open(path(), (message) => reports.push(message));

  it('gives the names back that were saved last', async () => {
    const file = await open();
    expect(file.names).toEqual([]);
    file.save(['a']);
    file.save(['a', 'b']);
    await file.close();
    expect((await open()).names).toEqual(['a', 'b']);
    expect(await readdir(folder)).toEqual(['datasets.json']);
    expect(reports).toEqual([]);
  });

  it.each(['{"nam', '[]', '{"names":"a"}'])('begins anew, and says so, when it holds %j', async (text) => {
    await writeFile(path(), text);
    expect((await open()).names).toEqual([]);
    expect(reports).toEqual([expect.stringMatching(/datasets\.json cannot be read, datasets begin anew/)]);
  });

  it('goes on when it cannot be written, and says so', async () => {
    const file = await open();
    await rm(folder, { recursive: true });
    file.save(['a']);
    await file.close();
    expect(reports).toEqual([expect.stringMatching(/cannot be written/)]);
  });
});
