import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../../test/support/eventually.js';
import { WatchedFiles } from './watched-files.js';

let folder: string;
let watched: WatchedFiles;
let changes = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logweir-watched-'));
  changes = 0;
});
afterEach(() => {
  watched.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (path: string) => (watched = new WatchedFiles(path, () => changes++));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

describe('WatchedFiles', () => {
  it('gives the YAML files of a folder in the order of their names', async () => {
    for (const name of ['b.yml', 'a.yaml', 'notes.txt', '.hidden.yml']) write(name, name);
    expect((await open(folder).read()).map(({ text }) => text)).toEqual(['a.yaml', 'b.yml']);
  });

  it('gives nothing where nothing is', async () => {
    expect(await open(join(folder, 'none')).read()).toEqual([]);
  });

  it('tells of a new file, of another text and of one that is gone', async () => {
    await open(folder).read();
    watched.start();
    write('a.yml', 'one');
    await eventually(() => expect(changes).toBe(1));
    write('a.yml', 'two');
    await eventually(() => expect(changes).toBe(2));
    rmSync(join(folder, 'a.yml'));
    await eventually(() => expect(changes).toBe(3));
  });

  it('tells of a file that was put in place of another', async () => {
    write('routes.yml', 'one');
    await open(join(folder, 'routes.yml')).read();
    watched.start();
    write('routes.new', 'two');
    renameSync(join(folder, 'routes.new'), join(folder, 'routes.yml'));
    await eventually(() => expect(changes).toBe(1));
    expect((await watched.read())[0]?.text).toBe('two');
  });

  it('refuses a file that nobody wrote by hand', async () => {
    write('big.yml', 'x'.repeat(1024 * 1024 + 1));
    await expect(open(folder).read()).rejects.toThrow('too many');
  });
});
