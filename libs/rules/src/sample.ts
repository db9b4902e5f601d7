import { type Sample, MAX_SAMPLE_BYTES } from './signal.js';
import { parseTimestamp } from '#libs/record';
import { firstOf, type StoredRecord, textAt } from './record-fields.js';

/** Fields that every sample shows, where the record has them. */
const ALWAYS = ['service.name', 'host.name', 'container.name'];
/** What JSON around a message and its escapes may take: the message is cut so that the whole stays below the limit. */
const MAX_MESSAGE_BYTES = MAX_SAMPLE_BYTES - 512;
const CUT = '…';

export type Shown = readonly (readonly [name: string, path: readonly string[]])[];

/** The fields that a rule's samples show. */
export function shownFields(groupBy: readonly string[], pathOf: (field: string) => readonly string[]): Shown {
  return [...new Set([...groupBy, ...ALWAYS])].map((name) => [name, pathOf(name)] as const);
}

export function makeSample(record: StoredRecord, group: number, shown: Shown): { readonly sample: Sample; readonly bytes: number } {
  const timestamp = textAt(record, ['@timestamp']);
  const level = textAt(record, ['log', 'level']);
  const fields: Record<string, string> = {};
  for (const [name, path] of shown) {
    const text = textAt(record, path);
    if (text !== '') fields[name] = text;
  }
  const node = textAt(record, ['logweir', 'node']);
  const id = `${parseTimestamp(timestamp) ?? 0n}-${textAt(record, ['event', 'sequence'])}-${node}`;
  const rest = { group, id, timestamp, ...(level === '' ? {} : { level }), fields };
  const room = MAX_MESSAGE_BYTES - jsonBytes(rest);
  const sample = { ...rest, message: cut(messageOf(record), Math.max(0, room)) };
  return { sample, bytes: jsonBytes(sample) };
}

function messageOf(record: StoredRecord): string {
  const message = record['message'];
  return typeof message === 'string' ? message : '';
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The longest beginning whose JSON has at most so many bytes. */
function cut(text: string, max: number): string {
  let short = text.length > max ? firstOf(text, max) : text;
  while (short !== '' && jsonBytes(short) > max) short = firstOf(short, Math.floor(short.length * 0.8));
  return short === text ? text : short + CUT;
}
