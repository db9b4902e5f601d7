/**
 * Dead letters lie in files `<number, 10 digits>.letters`, two lines for each entry, appended and synced:
 *
 *     letter    {"id":…,"type":…,"crc":…}      {"id":…,"at":…,"type":…,"reason":…,"origin":…,"source":…}
 *     removal   {"removed":<id>}               {}
 *
 * The first line is all that a start has to parse; `crc` is the CRC-32 of the second. A torn entry at the end of the
 * newest file is cut off, a damaged one is stepped over when it is read.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { DeadLetterError } from './errors.js';

/** A record that a store refused. */
export interface DeadLetter {
  /** The record's `_id`. */
  readonly id: string;
  /** When it was refused, RFC 3339. */
  readonly at: string;
  /** What the store calls it; bounded, a metric label. */
  readonly type: string;
  /** For a person, with the root cause. */
  readonly reason: string;
  /** Which store or index refused it. */
  readonly origin: string;
  /** The record as it was sent: JSON text without a newline. */
  readonly source: string;
}

export type EntryHead = { readonly id: string; readonly type: string; readonly crc: number } | { readonly removed: string };

export interface FoundEntry {
  readonly head: EntryHead;
  readonly offset: number;
  readonly bytes: number;
}

export function formatLetter(letter: DeadLetter): string {
  const { id, at, type, reason, origin, source } = letter;
  const body = JSON.stringify({ id, at, type, reason, origin, source });
  return `${JSON.stringify({ id, type, crc: crc32(body) })}\n${body}\n`;
}

export function formatRemoval(id: string): string {
  return `${JSON.stringify({ removed: id })}\n{}\n`;
}

export function parseLetter(entry: string): DeadLetter {
  const [head = '', body = ''] = entry.split('\n');
  const { crc } = JSON.parse(head) as { crc: number };
  if (crc32(body) !== crc)
    throw new DeadLetterError('a dead letter is damaged on the disk: it cannot be shown or sent again, only removed');
  return JSON.parse(body) as DeadLetter;
}

const NEWLINE = 10;

/** The entries of a file, and the offset behind the last whole one. */
export function scanLetters(bytes: Buffer): { entries: FoundEntry[]; end: number } {
  const entries: FoundEntry[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const body = bytes.indexOf(NEWLINE, offset) + 1;
    const end = body === 0 ? 0 : bytes.indexOf(NEWLINE, body) + 1;
    if (end === 0) break;
    const head = parseHead(bytes.toString('utf8', offset, body));
    if (head !== undefined) entries.push({ head, offset, bytes: end - offset });
    offset = end;
  }
  return { entries, end: offset };
}

function parseHead(line: string): EntryHead | undefined {
  try {
    return JSON.parse(line) as EntryHead;
  } catch {
    return undefined;
  }
}

/** Appends and syncs at `offset`; after a failure the file is as long as before. */
export async function appendSynced(file: FileHandle, text: string, offset: number): Promise<number> {
  const bytes = Buffer.from(text);
  try {
    const { bytesWritten } = await file.write(bytes, 0, bytes.length, offset);
    if (bytesWritten < bytes.length) throw new Error('ENOSPC: the disk took only a part of the write');
    await file.datasync();
    return bytes.length;
  } catch (error) {
    await file.truncate(offset).catch(() => undefined);
    throw error;
  }
}

export async function readRange(path: string, offset: number, length: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
