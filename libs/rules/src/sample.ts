import { parseTimestamp } from '#libs/record';
import { firstOf, type StoredRecord, textAt } from './record-fields.js';
import { MAX_SAMPLE_BYTES, type Sample } from './signal.js';

/** Fields that every sample shows, where the record has them. */
const ALWAYS = ['service.name', 'host.name', 'container.name'];
/** The most that one character takes in JSON: `\u001f`. */
const CHAR_BYTES = 6;
/** Names, quotes and braces of a sample. */
const FRAME_BYTES = 160;
const CUT = '…';

export type Shown = readonly (readonly [name: string, path: readonly string[]])[];

/** The fields that a rule's samples show. */
export function shownFields(groupBy: readonly string[], pathOf: (field: string) => readonly string[]): Shown {
  return [...new Set([...groupBy, ...ALWAYS])].map((name) => [name, pathOf(name)] as const);
}

/** What all samples of one record share. */
export type SampleHead = Omit<Sample, 'group' | 'fields'>;

export function sampleHead(record: StoredRecord): SampleHead {
  const timestamp = textAt(record, ['@timestamp']);
  const level = textAt(record, ['log', 'level']);
  const id = `${parseTimestamp(timestamp) ?? 0n}-${textAt(record, ['event', 'sequence'])}-${textAt(record, ['logweir', 'node'])}`;
  const message = record['message'];
  return { id, timestamp, ...(level === '' ? {} : { level }), message: typeof message === 'string' ? message : '' };
}

/** `bytes` is an estimate of its JSON, on the high side for most scripts. */
export function makeSample(
  head: SampleHead,
  record: StoredRecord,
  group: number,
  shown: Shown,
): { readonly sample: Sample; readonly bytes: number } {
  const fields: Record<string, string> = {};
  let chars = head.id.length + head.timestamp.length;
  for (const [name, path] of shown) {
    const text = textAt(record, path);
    if (text === '') continue;
    fields[name] = text;
    chars += name.length + text.length + CHAR_BYTES;
  }
  const sample = { ...head, group, fields };
  const most = (chars + head.message.length) * CHAR_BYTES + FRAME_BYTES;
  if (most <= MAX_SAMPLE_BYTES) return { sample, bytes: (chars + head.message.length) * 2 + FRAME_BYTES };
  const room = MAX_SAMPLE_BYTES - jsonBytes({ ...sample, message: '' });
  const short = { ...sample, message: cut(head.message, Math.max(0, room)) };
  return { sample: short, bytes: jsonBytes(short) };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The longest beginning, with a mark, whose JSON has at most so many bytes; the quotes were counted with the rest. */
function cut(text: string, max: number): string {
  if (text.length <= max && jsonBytes(text) - 2 <= max) return text;
  let short = firstOf(text, Math.min(text.length, max));
  while (short !== '' && jsonBytes(short + CUT) - 2 > max) short = firstOf(short, Math.floor(short.length * 0.8));
  return short + CUT;
}
