import type { Value } from '#libs/record';

/** A value written as MessagePack; Buffers as bin, or as they are when they come from `raw`. For answers, clients and tests: not for the hot path. */
export type Writable = Value | undefined | RawBytes | EventTime | readonly Writable[] | { readonly [key: string]: Writable };

/** Bytes that are MessagePack already. */
export class RawBytes {
  constructor(readonly bytes: Uint8Array) {}
}

/** EventTime, written as fixext8. */
export class EventTime {
  constructor(
    readonly seconds: number,
    readonly nanos: number,
  ) {}
}

export function encodeMessagePack(value: Writable): Buffer {
  const parts: Uint8Array[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

/** The bytes as a MessagePack str, whatever they hold. */
export function encodeStr(bytes: Uint8Array): Buffer {
  return Buffer.concat([strHeader(bytes.length), bytes]);
}

function write(value: Writable, parts: Uint8Array[]): void {
  if (value === null || value === undefined) parts.push(Buffer.of(0xc0));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'string') parts.push(encodeStr(Buffer.from(value)));
  else if (typeof value === 'number') parts.push(number(value));
  else if (typeof value === 'bigint') parts.push(long(value));
  else writeObject(value, parts);
}

function writeObject(value: object, parts: Uint8Array[]): void {
  if (value instanceof RawBytes) parts.push(value.bytes);
  else if (value instanceof Uint8Array) parts.push(sized(value.length, [0xc4, 0xc5, 0xc6]), value);
  else if (value instanceof EventTime) parts.push(eventTime(value));
  else if (Array.isArray(value)) {
    parts.push(value.length < 16 ? Buffer.of(0x90 | value.length) : sized(value.length, [0, 0xdc, 0xdd]));
    for (const item of value as Writable[]) write(item, parts);
  } else {
    const pairs = Object.entries(value as { [key: string]: Writable });
    parts.push(pairs.length < 16 ? Buffer.of(0x80 | pairs.length) : sized(pairs.length, [0, 0xde, 0xdf]));
    for (const [key, item] of pairs) {
      parts.push(encodeStr(Buffer.from(key)));
      write(item, parts);
    }
  }
}

function strHeader(length: number): Buffer {
  return length < 32 ? Buffer.of(0xa0 | length) : sized(length, [0xd9, 0xda, 0xdb]);
}

/** A length with the shortest of the three first bytes; 0 where there is no form of 8 bits. */
function sized(length: number, forms: readonly [number, number, number]): Buffer {
  if (length < 0x100 && forms[0] !== 0) return Buffer.of(forms[0], length);
  const width = length < 0x10000 ? 2 : 4;
  const header = Buffer.alloc(1 + width, width === 2 ? forms[1] : forms[2]);
  header.writeUIntBE(length, 1, width);
  return header;
}

function number(value: number): Buffer {
  if (Number.isInteger(value) && value >= -32 && value < 128) return Buffer.of(value & 0xff);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return long(BigInt(value));
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(9, value < 0n ? 0xd3 : 0xcf);
  if (value < 0n) bytes.writeBigInt64BE(value, 1);
  else bytes.writeBigUInt64BE(value, 1);
  return bytes;
}

function eventTime(time: EventTime): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeUInt16BE(0xd700, 0);
  bytes.writeUInt32BE(time.seconds, 2);
  bytes.writeUInt32BE(time.nanos, 6);
  return bytes;
}
