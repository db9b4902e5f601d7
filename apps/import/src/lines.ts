import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A line of a file. */
export interface Line {
  /** Without its newline; the beginning of one that is too long. */
  readonly bytes: Buffer;
  /** Where it begins and where the next one does, in bytes of the content, inflated where it is compressed. */
  readonly start: number;
  readonly end: number;
  /** False for a last one without a newline: somebody may be writing it. */
  readonly whole: boolean;
}

/** The hub cuts messages at 1 MiB; Docker's escapes can make four bytes of one. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;
const NEWLINE = 10;

export interface FileContent {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
  readonly compressed: boolean;
}

/** Something else lies where the file was found: it was rotated meanwhile. */
export class MovedError extends Error {}

/** Lines from a place in the content on, those of one block at once. `onRead` is told of the bytes on the disk. */
export async function* readLines(
  file: FileContent,
  from: number,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Line[]> {
  const splitter = new LineSplitter(from);
  for await (const block of readContent(file, from, onRead)) {
    const lines = splitter.push(block);
    if (lines.length > 0) yield lines;
  }
  const last = splitter.end();
  if (last !== undefined) yield [last];
}

/** The content from a place on. Throws `MovedError`, and what the file system or zlib says. */
export async function* readContent(
  file: FileContent,
  from: number,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const handle = await openFound(file);
  const raw = handle.createReadStream({ highWaterMark: BLOCK_BYTES, start: file.compressed ? 0 : from });
  raw.on('data', (block) => onRead(block.length));
  let skip = file.compressed ? from : 0;
  const content: Readable = file.compressed ? raw.pipe(createGunzip({ chunkSize: BLOCK_BYTES })) : raw;
  if (file.compressed) raw.on('error', (error) => content.destroy(error));
  try {
    for await (const block of content as AsyncIterable<Buffer>) {
      if (skip < block.length) yield skip > 0 ? block.subarray(skip) : block;
      skip = Math.max(0, skip - block.length);
    }
  } finally {
    raw.destroy();
  }
}

/** By its path, as nothing else opens a file; so what is there is looked at once more. */
async function openFound({ path, device, inode }: FileContent): Promise<FileHandle> {
  const moved = new MovedError(`${path} was rotated while it was looked at`);
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? moved : error;
  });
  const { dev, ino } = await handle.stat();
  if (dev === device && ino === inode) return handle;
  await handle.close();
  throw moved;
}

class LineSplitter {
  private readonly parts: Buffer[] = [];
  private kept = 0;
  private start: number;
  private at: number;

  constructor(from: number) {
    this.start = from;
    this.at = from;
  }

  push(block: Buffer): Line[] {
    const lines: Line[] = [];
    for (let begin = 0; begin < block.length;) {
      const found = block.indexOf(NEWLINE, begin);
      const end = found < 0 ? block.length : found;
      this.keep(block.subarray(begin, end));
      this.at += end - begin + (found < 0 ? 0 : 1);
      begin = end + 1;
      if (found >= 0) lines.push(this.take(true));
    }
    return lines;
  }

  end(): Line | undefined {
    return this.at > this.start ? this.take(false) : undefined;
  }

  private keep(part: Buffer): void {
    const room = MAX_LINE_BYTES - this.kept;
    if (part.length === 0 || room <= 0) return;
    this.parts.push(part.length > room ? part.subarray(0, room) : part);
    this.kept += Math.min(part.length, room);
  }

  private take(whole: boolean): Line {
    const bytes = this.parts.length === 1 ? (this.parts[0] as Buffer) : Buffer.concat(this.parts);
    const line = { bytes, start: this.start, end: this.at, whole };
    this.parts.length = 0;
    this.kept = 0;
    this.start = this.at;
    return line;
  }
}
