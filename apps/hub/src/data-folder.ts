import { accessSync, constants, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** Makes the folder when it is missing. Throws an error that names the setting when nothing can be written there. */
export function prepareDataFolder(folder: string): void {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Error(`LOGWEIR_DATA_DIR: cannot write to ${path}: ${reasons[code] ?? message}`, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not; change its owner or choose another folder',
  EPERM: 'this user may not; change its owner or choose another folder',
  EROFS: 'the file system is read-only; choose another folder',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENOSPC: 'the disk is full',
};
