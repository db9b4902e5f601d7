import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { readOptionalBytes, replaceFile } from '#libs/disk';
import type { Saved } from './entry.js';
import { type FileContent, readContent } from './lines.js';
import type { FoundFile } from './sources.js';

/**
 * What was imported, in two files. `<state>` (JSON): how far each file is acknowledged, and the number of the window that brought it
 * there. `<state>.sending`: the window under way, as bytes: a line of JSON (number, ids, where the files are afterwards), then its frames. The order is
 * window to disk, send, all acknowledged, state to disk, next window. So a run that was killed at any moment sends the very same bytes
 * under the same ids again, whatever became of the files meanwhile.
 */

export interface FileProgress {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
  /** Acknowledged bytes of the content. */
  readonly offset: number;
  /** Of the first bytes, at most 1 KiB and never beyond the offset: tells a file under another name, or compressed, or begun anew. */
  readonly head: { readonly bytes: number; readonly hash: string };
  readonly saved: Saved;
  /** Size and time at which everything was read: nothing to look at until they change. */
  readonly complete?: { readonly bytes: number; readonly changedMs: number };
}

export interface Window {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ids: readonly string[];
  readonly frames: readonly Buffer[];
  readonly lines: number;
  readonly after: readonly FileProgress[];
}

interface Content {
  readonly format: 1;
  readonly window: number;
  readonly files: readonly FileProgress[];
}

/** What is imported may be secret. */
const OWNER_ONLY = { mode: 0o600 };
const HEAD_BYTES = 1_024;
/** A head that short says little: the same file then, or none. */
const MIN_TELLING_BYTES = 64;
/** Files that were not seen for long go first. */
const MAX_FILES = 20_000;

/** A file that another program wrote, or a newer version. The message says what to do. */
export class StateError extends Error {}

export class State {
  private readonly files: Map<string, FileProgress>;
  private readonly claimed = new Set<FileProgress>();

  private constructor(
    private readonly path: string,
    private window: number,
    files: readonly FileProgress[],
  ) {
    this.files = new Map(files.map((file) => [keyOf(file), file]));
  }

  static async open(path: string): Promise<State> {
    const content = await readOptionalBytes(path);
    if (content === undefined) return new State(path, 0, []);
    try {
      const { format, window, files } = JSON.parse(content.toString()) as Content;
      if (format !== 1) throw new StateError(`its format is ${String(format)}`);
      return new State(path, window, files);
    } catch (error) {
      throw new StateError(`${path} is no state of an import (${(error as Error).message}): give --state another file, or remove this one`);
    }
  }

  get next(): number {
    return this.window + 1;
  }

  /** The window that an earlier run had under way. */
  async unfinished(): Promise<Window | undefined> {
    const content = await readOptionalBytes(this.sending);
    const end = content?.indexOf('\n') ?? -1;
    if (content === undefined || end < 0) return undefined;
    const head = JSON.parse(content.toString('utf8', 0, end)) as Omit<Window, 'frames'> & { readonly sizes: readonly number[] };
    if (head.number !== this.next) return undefined;
    let at = end + 1;
    const frames = head.sizes.map((size) => content.subarray(at, (at += size)));
    return { ...head, frames };
  }

  /** Before the first byte of it is sent. */
  async begin({ frames, ...head }: Window): Promise<void> {
    const sizes = frames.map((frame) => frame.length);
    await replaceFile(this.sending, [Buffer.from(`${JSON.stringify({ ...head, sizes })}\n`), ...frames], OWNER_ONLY);
  }

  /** After all of it was acknowledged. */
  async finish({ number, after }: Pick<Window, 'number' | 'after'>): Promise<void> {
    this.window = number;
    for (const file of after) {
      this.files.delete(keyOf(file));
      this.files.set(keyOf(file), file);
    }
    for (const key of this.files.keys()) {
      if (this.files.size <= MAX_FILES) break;
      this.files.delete(key);
    }
    const content: Content = { format: 1, window: this.window, files: [...this.files.values()] };
    await replaceFile(this.path, JSON.stringify(content), OWNER_ONLY);
  }

  /**
   * How far a file was, wherever it lay then; each progress is that of one file. `replaced` says that the place was known and what is
   * there now begins otherwise, or is shorter.
   */
  async progressOf(file: FoundFile): Promise<{ readonly progress?: FileProgress; readonly replaced: boolean }> {
    const same = this.files.get(keyOf(file));
    if (same !== undefined && !this.claimed.has(same) && (await this.goesOn(file, same)))
      return { progress: this.claim(same), replaced: false };
    for (const other of this.files.values()) {
      const telling = other !== same && !this.claimed.has(other) && other.head.bytes >= MIN_TELLING_BYTES;
      if (telling && (await this.goesOn(file, other)) && !(await this.isStillThere(other))) {
        this.files.delete(keyOf(other));
        return { progress: this.claim(other), replaced: false };
      }
    }
    return { replaced: same !== undefined };
  }

  private claim(progress: FileProgress): FileProgress {
    this.claimed.add(progress);
    return progress;
  }

  private async goesOn(file: FoundFile, { offset, head }: FileProgress): Promise<boolean> {
    if (!file.compressed && file.bytes < offset) return false;
    return (await headOf(file, head.bytes)).hash === head.hash;
  }

  /** A copy is another file as long as the first one is where it was. */
  private async isStillThere(progress: FileProgress): Promise<boolean> {
    const found = await stat(progress.path).catch(() => undefined);
    return found?.dev === progress.device && found.ino === progress.inode;
  }

  private get sending(): string {
    return `${this.path}.sending`;
  }
}

const keyOf = ({ device, inode }: Pick<FileProgress, 'device' | 'inode'>): string => `${device}:${inode}`;

export async function headOf(file: FileContent, bytes = HEAD_BYTES): Promise<FileProgress['head']> {
  const wanted = Math.min(bytes, HEAD_BYTES);
  const parts: Buffer[] = [];
  let read = 0;
  for await (const block of readContent(file, 0)) {
    parts.push(block.subarray(0, wanted - read));
    read += parts.at(-1)?.length ?? 0;
    if (read >= wanted) break;
  }
  return { bytes: read, hash: createHash('sha256').update(Buffer.concat(parts)).digest('base64url').slice(0, 24) };
}
