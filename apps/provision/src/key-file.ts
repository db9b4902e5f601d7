import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { readOptional } from '#libs/service';

/** The owner reads and writes; nobody else does. */
const OWNER_ONLY = 0o600;

/** The key in the file; undefined when there is none. */
export function readKey(path: string): string | undefined {
  const text = attempt(path, 'read', () => readOptional(path))?.trim();
  return text === '' ? undefined : text;
}

/** Throws when the file could not be written: before there is a key that nobody would have. */
export function checkFolder(path: string): void {
  attempt(path, 'written', () => closeSync(openSync(`${path}.new`, 'w', OWNER_ONLY)));
}

/** Whole or not at all: a crash leaves the old file. */
export function writeKey(path: string, key: string): void {
  const fresh = `${path}.new`;
  attempt(path, 'written', () => {
    const file = openSync(fresh, 'w', OWNER_ONLY);
    try {
      // A file left by a crash keeps its mode.
      fchmodSync(file, OWNER_ONLY);
      writeSync(file, `${key}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, path);
  });
}

function attempt<T>(path: string, what: 'read' | 'written', act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const advice =
      code === 'ENOENT' ? `make the folder ${dirname(path)}` : `let user ${process.getuid?.() ?? ''} write into ${dirname(path)}`;
    throw new Error(`LOGWEIR_PROVISION_API_KEY_PATH: ${path} cannot be ${what} (${code}): ${advice}`, { cause: error });
  }
}
