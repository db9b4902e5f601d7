import { chmodSync, fstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { readOptional, readOptionalBytes } from './read-optional.js';
import { replaceFile } from './replace-file.js';

describe('a file that is replaced as a whole', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'logweir-disk-'));
    path = join(folder, 'state');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const modeOf = (name: string): number => statSync(name).mode & 0o777;

  it('is not seen before it is whole, whatever a crash left beside it', async () => {
    writeFileSync(`${path}.new`, 'a torn file that is longer than what comes after it');
    expect(readOptional(path)).toBeUndefined();
    await replaceFile(path, 'one');
    expect(readOptional(path)).toBe('one');

    writeFileSync(`${path}.new`, 'tw');
    expect(readOptional(path)).toBe('one');
    await replaceFile(path, [Buffer.from('tw'), Buffer.from('o')]);
    expect(await readOptionalBytes(path)).toEqual(Buffer.from('two'));
    expect(readdirSync(folder)).toEqual(['state']);
  });

  it('stays as it was when the new content cannot be written', async () => {
    await replaceFile(path, 'one');
    mkdirSync(`${path}.new`);
    await expect(replaceFile(path, 'two')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readOptional(path)).toBe('one');
  });

  it('has the mode that was asked for, also where a crash left a file with another', async () => {
    writeFileSync(`${path}.new`, '');
    chmodSync(`${path}.new`, 0o666);
    await replaceFile(path, 'secret', { mode: 0o600 });
    expect(modeOf(path)).toBe(0o600);
    await replaceFile(join(folder, 'other'), '');
    expect(modeOf(join(folder, 'other'))).toBe(0o640 & ~process.umask());
  });

  it('is on disk before it takes the name, and so is the name before the caller goes on', async () => {
    await replaceFile(path, 'one');
    const seen = await whileSyncing(
      folder,
      () => replaceFile(path, 'two'),
      (inode) => ({
        what: inode === statSync(folder).ino ? 'folder' : 'file',
        content: readFileSync(path, 'utf8'),
      }),
    );
    expect(seen).toEqual([
      { what: 'file', content: 'one' },
      { what: 'folder', content: 'two' },
    ]);
  });
});

/** What `look` saw at each fsync during `act`; the fsyncs are done all the same. */
async function whileSyncing<T>(folder: string, act: () => Promise<void>, look: (inode: number) => T): Promise<T[]> {
  const handle = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const { sync } = prototype;
  const seen: T[] = [];
  const spy = jest.spyOn(prototype, 'sync').mockImplementation(function (this: FileHandle) {
    seen.push(look(fstatSync(this.fd).ino));
    return sync.call(this);
  });
  await act().finally(() => spy.mockRestore());
  return seen;
}

describe('a file that may be missing', () => {
  it('is undefined when there is none, and an error when it cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logweir-disk-'));
    writeFileSync(join(folder, 'file'), 'text');
    for (const missing of [join(folder, 'none'), join(folder, 'file', 'below')]) {
      expect(readOptional(missing)).toBeUndefined();
      await expect(readOptionalBytes(missing)).resolves.toBeUndefined();
    }
    expect(() => readOptional(folder)).toThrow('EISDIR');
    await expect(readOptionalBytes(folder)).rejects.toThrow('EISDIR');
    rmSync(folder, { recursive: true });
  });
});
