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
  /** Of a file that was looked at in this run. */
  private readonly claimed = new Set<FileProgress>();
  /** How far this run got: what stands in its place is of the same file. */
  private readonly written = new Set<FileProgress>();

  private constructor(
    private readonly path: string,
    private window: number,
    files: readonly FileProgress[],
  ) {
    this.files = new Map();
    for (const file of files) this.keep(file);
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
      this.keep(file);
      this.written.add(file);
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
    const found = await this.elsewhere(file, same);
    if (found === undefined) return { replaced: same !== undefined };
    const [key, progress] = found;
    this.files.delete(key);
    return { progress: this.claim(progress), replaced: false };
  }

  /** Of what lies no longer where it was, the one that got furthest. */
  private async elsewhere(file: FoundFile, same: FileProgress | undefined): Promise<[key: string, progress: FileProgress] | undefined> {
    let best: [string, FileProgress] | undefined;
    // Most heads are as long as a head may be: the file is read once for all of them.
    const hashes = new Map<number, string>();
    for (const [key, other] of this.files) {
      const { bytes, hash } = other.head;
      if (other === same || other.offset < (best?.[1].offset ?? 0) || !this.mayGoOn(file, other)) continue;
      if (!hashes.has(bytes)) hashes.set(bytes, (await headOf(file, bytes)).hash);
      if (hashes.get(bytes) === hash && !(await this.isStillThere(other))) best = [key, other];
    }
    return best;
  }

  /** As far as is known without reading it. */
  private mayGoOn(file: FoundFile, other: FileProgress): boolean {
    return !this.claimed.has(other) && other.head.bytes >= MIN_TELLING_BYTES && (file.compressed || file.bytes >= other.offset);
  }

  private claim(progress: FileProgress): FileProgress {
    this.claimed.add(progress);
    return progress;
  }

  /** Inodes are used again: what lay in one before may go on elsewhere, compressed, and is looked for there by its first bytes. */
  private keep(file: FileProgress): void {
    const key = keyOf(file);
    const before = this.files.get(key);
    this.files.delete(key);
    const isKnown = before === undefined || this.claimed.has(before) || this.written.has(before);
    if (!isKnown && before.head.hash !== file.head.hash) this.files.set(`${key} ${before.head.hash}`, before);
    this.files.set(key, file);
  }

  private async goesOn(file: FoundFile, { offset, head }: FileProgress): Promise<boolean> {
    if (!file.compressed && file.bytes < offset) return false;
    return (await headOf(file, head.bytes)).hash === head.hash;
  }

  /** A copy is another file as long as the first one is where it was, with what it held. */
  private async isStillThere(progress: FileProgress): Promise<boolean> {
    const { path, device, inode } = progress;
    try {
      const { dev, ino, size, mtimeMs } = await stat(path);
      const there = { path, device, inode, bytes: size, changedMs: mtimeMs, compressed: path.endsWith('.gz') };
      return dev === device && ino === inode && (await this.goesOn(there, progress));
    } catch {
      return false;
    }
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
