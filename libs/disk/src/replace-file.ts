import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const DEFAULT_MODE = 0o640;

export interface ReplaceOptions {
  /** Of the file, exactly; 0640 less the process's umask when absent. */
  readonly mode?: number;
}

/**
 * Replaces a file as a whole, or not at all: `<path>.new`, fsync, rename, fsync of the folder. What a crash left under that
 * name is written over and never read. One call at a time for each path. Rejects with the system's own error; the old
 * content then counts, unless only the last fsync failed.
 */
export async function replaceFile(
  path: string,
  content: string | Buffer | readonly Buffer[],
  { mode }: ReplaceOptions = {},
): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode ?? DEFAULT_MODE);
  try {
    // A file that a crash left keeps its mode.
    if (mode !== undefined) await file.chmod(mode);
    for (const part of [content].flat()) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncPath(dirname(path));
}

/** Makes the names in a folder durable, or the bytes of a file that somebody else wrote. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
