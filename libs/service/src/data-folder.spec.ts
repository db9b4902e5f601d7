import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDataFolder } from './data-folder.js';

describe('prepareDataFolder', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'logweir-data-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes what is missing', () => {
    prepareDataFolder(join(folder, 'a', 'b'));
    expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true);
  });

  it('ends where no folder can be made', () => {
    expect(() => prepareDataFolder('/proc/none')).toThrow(/^LOGWEIR_DATA_DIR: cannot write to .proc.none: /);
  });

  it.each(['file', 'file/below'])('names the setting when it cannot be a folder: %s', (path) => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => prepareDataFolder(join(folder, path))).toThrow(/^LOGWEIR_DATA_DIR: cannot write to .*file.*: .*is a file, not a folder$/);
  });
});
