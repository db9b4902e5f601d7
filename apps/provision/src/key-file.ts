import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readOptionalBytes, replaceFile } from '#libs/disk';

/** The owner reads and writes; nobody else does. */
const OWNER_ONLY = 0o600;

/** The key in the file; undefined when there is none. */
export async function readKey(path: string): Promise<string | undefined> {
  const text = (await attempt(path, 'read', () => readOptionalBytes(path)))?.toString().trim();
  return text === '' ? undefined : text;
}

/** Rejects when the file could not be written: before there is a key that nobody would have. */
export async function checkFolder(path: string): Promise<void> {
  const file = await attempt(path, 'written', () => open(`${path}.new`, 'w', OWNER_ONLY));
  await file.close();
}

/** Whole or not at all: a crash leaves the old file. */
export async function writeKey(path: string, key: string): Promise<void> {
  await attempt(path, 'written', () => replaceFile(path, `${key}\n`, { mode: OWNER_ONLY }));
}

async function attempt<T>(path: string, what: 'read' | 'written', act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const advice =
      code === 'ENOENT' ? `make the folder ${dirname(path)}` : `let user ${process.getuid?.() ?? ''} write into ${dirname(path)}`;
    throw new Error(`LOGWEIR_PROVISION_API_KEY_PATH: ${path} cannot be ${what} (${code}): ${advice}`, { cause: error });
  }
}
