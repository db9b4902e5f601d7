import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Text of a file, or undefined when there is none; throws when it is there and cannot be read. Blocks: for a start, not for work. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return undefinedWhenMissing(error);
  }
}

/** The same as bytes, while other work goes on. */
export async function readOptionalBytes(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(undefinedWhenMissing);
}

function undefinedWhenMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
