import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes the folder when it is missing. Throws an error that names the setting when nothing can be written there. */
export function prepareDataFolder(folder: string): void {
  const path = resolve(folder);
  try {
    makeFolder(path);
    if (!statSync(path).isDirectory()) throw new Error('it is a file, not a folder');
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Error(`LOGWEIR_DATA_DIR: cannot write to ${path}: ${reasons[code] ?? message}`, { cause: error });
  }
}

/** Not `recursive`: Node 20 then tries for ever where a folder exists but takes no entries, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not; change its owner or choose another folder',
  EPERM: 'this user may not; change its owner or choose another folder',
  EROFS: 'the file system is read-only; choose another folder',
  ENOENT: 'a folder above it takes no entries; choose another folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOSPC: 'the disk is full',
};
