/**
 * A journal folder:
 *
 *     format               {"format":"logweir-journal","version":1,"id":"<32 hex digits>"}
 *     <number>.segment     frames (segment.ts)
 *     <number>.chunks      chunk ids of a sealed segment (chunk-files.ts)
 *     cursors/             one file per consumer (cursor.ts)
 *
 * At start only the newest segment is scanned, and that only when it has no foot: what is torn at its end is cut off,
 * damage before that is stepped over; both are reported. It gets its foot then, and the journal goes on in a new segment.
 * Sealed segments are trusted by their foot and checked when they are read. Only a folder of a newer version is refused.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '#libs/disk';
import { type ChunkFiles, ChunkLog } from './chunk-files.js';
import { readCursor, type CursorState } from './cursor.js';
import { JournalFolderError } from './errors.js';
import { chunkOf, type Frame, HAS_JOINS, IS_FOOT, IS_HEAD, payloadOf } from './frame.js';
import { FrameFile } from './frame-file.js';
import { pairsOf } from './payload.js';
import { type Position, segmentOf } from './position.js';
import {
  decodeFoot,
  decodeHead,
  encodeFoot,
  FOOT_BYTES,
  FORMAT_VERSION,
  type Segment,
  type SegmentFoot,
  type SegmentHead,
  segmentNumber,
} from './segment.js';

const SCAN_BLOCK_BYTES = 4 * 1024 * 1024;
/** The head with the first positions of 4 096 open joins. */
const HEAD_READ_BYTES = 128 * 1024;

export interface Recovered {
  readonly id: string;
  readonly segments: Segment[];
  readonly nextNumber: number;
  /** Lines that the journal took before this start. */
  readonly lines: number;
  readonly open: ReadonlySet<Position>;
  /** Chunk ids of the segment that was scanned. */
  readonly chunks: readonly Buffer[];
  readonly cursors: ReadonlyMap<string, CursorState | 'damaged'>;
}

export type Report = (event: string, details: Readonly<Record<string, string | number>>) => void;

export interface RecoveryContext {
  readonly dir: string;
  readonly unixSeconds: () => number;
  readonly chunkFiles: ChunkFiles;
  readonly report: Report;
}

export async function recover(context: RecoveryContext): Promise<Recovered> {
  const { dir } = context;
  await mkdir(join(dir, 'cursors'), { recursive: true, mode: 0o750 });
  const segments = await listSegments(dir);
  const newest = segments.at(-1);
  const tail = await findTail(segments, context);
  const id = await identify(dir, tail.head, context.report);
  const cursors = await readCursors(dir, id);
  const numbers = [newest?.number ?? 0];
  for (const cursor of cursors.values()) if (cursor !== 'damaged') numbers.push(segmentOf(cursor.position));
  return { id, segments, nextNumber: Math.max(...numbers) + 1, lines: tail.lines, open: tail.open, chunks: tail.chunks, cursors };
}

async function listSegments(dir: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of (await readdir(dir)).sort()) {
    const number = segmentNumber(name);
    if (number === undefined) continue;
    const path = join(dir, name);
    segments.push({ number, path, end: await sealedEnd(path, number) });
  }
  return segments;
}

/** Where the data of a segment ends by its foot; without one, where the file ends. */
async function sealedEnd(path: string, number: number): Promise<number> {
  const { size } = await stat(path);
  return (await readFoot({ number, path, end: size }, size))?.end ?? size;
}

async function readPart(path: string, offset: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

interface Tail {
  head: SegmentHead | undefined;
  /** Lines before this segment. */
  before: number;
  lines: number;
  frames: number;
  open: Set<Position>;
  chunks: Buffer[];
}

function emptyTail(): Tail {
  return { head: undefined, before: 0, lines: 0, frames: 0, open: new Set(), chunks: [] };
}

/** The newest segment with something in it; a file that was only just made when the process ended goes. */
async function findTail(segments: Segment[], context: RecoveryContext): Promise<Tail> {
  for (;;) {
    const newest = segments.at(-1);
    if (newest === undefined) return emptyTail();
    const tail = await recoverTail(newest, segments.at(-2), context);
    if (tail.head !== undefined || tail.frames > 0) return tail;
    await rm(newest.path, { force: true });
    segments.pop();
  }
}

async function readHead(segment: Segment): Promise<SegmentHead | undefined> {
  return decodeHead(segment.number, await readPart(segment.path, 0, HEAD_READ_BYTES))?.head;
}

async function readFoot(segment: Segment, size: number): Promise<SegmentFoot | undefined> {
  return decodeFoot(segment.number, await readPart(segment.path, Math.max(0, size - FOOT_BYTES), FOOT_BYTES), size);
}

/** The count of lines where a segment's head is damaged: from the one before it. */
async function linesUpTo(segment: Segment | undefined): Promise<number> {
  if (segment === undefined) return 0;
  const { size } = await stat(segment.path);
  return ((await readHead(segment))?.lines ?? 0) + ((await readFoot(segment, size))?.lines ?? 0);
}

async function recoverTail(segment: Segment, previous: Segment | undefined, context: RecoveryContext): Promise<Tail> {
  const { size } = await stat(segment.path);
  const head = await readHead(segment);
  const foot = await readFoot(segment, size);
  const before = head?.lines ?? (await linesUpTo(previous));
  const tail: Tail = { ...emptyTail(), head, before, lines: before, open: new Set(head?.open) };
  if (foot !== undefined && foot.open === 0) return { ...tail, frames: foot.frames, lines: tail.lines + foot.lines, open: new Set() };
  const end = await scanTail(segment, tail, context.report);
  if (foot !== undefined) return tail;
  if (end < size) context.report('journal_tail_cut', { file: segment.path, offset: end, bytes: size - end });
  segment.end = end;
  if (end === 0) return tail;
  try {
    await sealTail(segment, tail, context);
  } catch (error) {
    context.report('journal_seal_failed', { file: segment.path, error: String(error) });
  }
  return tail;
}

/** Goes through all frames of the newest segment; gives the offset behind the last good one. */
async function scanTail(segment: Segment, tail: Tail, report: Report): Promise<number> {
  const file = await FrameFile.open(segment.path, segment.number, 0);
  let end = 0;
  try {
    for (;;) {
      const found = await file.read(segment.end, SCAN_BLOCK_BYTES);
      if (found.length === 0) return end;
      for (const each of found) {
        if ('bytes' in each) {
          noteFrame(each, tail);
          end = (each.position % 2 ** 30) + each.bytes.length;
        } else report('journal_damage', { file: segment.path, position: each.position, bytes: each.damaged });
      }
    }
  } finally {
    await file.close();
  }
}

function noteFrame(frame: Frame, tail: Tail): void {
  if ((frame.flags & (IS_HEAD | IS_FOOT)) !== 0) return;
  const chunk = chunkOf(frame);
  // A copy, as the frame's bytes belong to a whole block.
  if (chunk !== undefined) tail.chunks.push(Buffer.from(chunk));
  tail.frames++;
  tail.lines += frame.lines;
  if ((frame.flags & HAS_JOINS) === 0) return;
  for (const { join: line } of pairsOf(payloadOf(frame))) {
    if (line === undefined) continue;
    if ('part' in line) tail.open.add(line.part.first);
    else {
      tail.open.delete(line.end.first);
      tail.lines--;
    }
  }
}

async function sealTail(segment: Segment, tail: Tail, context: RecoveryContext): Promise<void> {
  const log = new ChunkLog();
  // When exactly they came is not known; to count them from now on only remembers them longer.
  for (const chunk of tail.chunks) log.add(chunk, context.unixSeconds());
  const content = log.take();
  const file = await open(segment.path, 'r+');
  try {
    await file.truncate(segment.end);
    if (content !== undefined) await context.chunkFiles.write(segment.number, content);
    const lines = tail.lines - tail.before;
    const foot = encodeFoot(segment.number, { frames: tail.frames, lines, end: segment.end, open: tail.open.size });
    await file.write(foot, 0, foot.length, segment.end);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** The journal's id is in `format`; a lost or damaged one is written again from the newest segment. */
async function identify(dir: string, head: SegmentHead | undefined, report: Report): Promise<string> {
  const path = join(dir, 'format');
  const found = await readFormat(path);
  if (found !== undefined && found.version > FORMAT_VERSION) {
    throw new JournalFolderError(
      `${dir} was written by a newer version (format ${found.version}, this one knows ${FORMAT_VERSION}): start that version, or use another data folder`,
    );
  }
  if (found !== undefined) return found.id;
  const id = head?.journal ?? randomBytes(16).toString('hex');
  if (head !== undefined) report('journal_format_restored', { file: path });
  await replaceFile(path, `${JSON.stringify({ format: 'logweir-journal', version: FORMAT_VERSION, id })}\n`);
  return id;
}

async function readFormat(path: string): Promise<{ version: number; id: string } | undefined> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as { version: unknown; id: unknown };
    if (typeof found.version !== 'number') return undefined;
    if (found.version > FORMAT_VERSION) return { version: found.version, id: '' };
    return typeof found.id === 'string' && /^[0-9a-f]{32}$/.test(found.id) ? { version: found.version, id: found.id } : undefined;
  } catch {
    return undefined;
  }
}

async function readCursors(dir: string, id: string): Promise<Map<string, CursorState | 'damaged'>> {
  const cursors = new Map<string, CursorState | 'damaged'>();
  for (const name of await readdir(join(dir, 'cursors'))) {
    if (!name.endsWith('.cursor')) continue;
    const state = await readCursor(join(dir, 'cursors', name), id);
    if (state !== undefined) cursors.set(name.slice(0, -'.cursor'.length), state);
  }
  return cursors;
}
