import { createHash } from 'node:crypto';
import { ForwardError } from './errors.js';
import type { ChunkId } from './frame.js';
import { MAX_CHUNK_ID_BYTES } from './limits.js';
import { encodeMessagePack, encodeStr, RawBytes } from './msgpack-writer.js';

/** 128 bits tell chunks apart; more would only fill the journal's table. */
const HASH_BYTES = 16;

/** `{"ack": id}` with the id exactly as it came, in one buffer: Fluent Bit gives up on an answer that comes in two reads. */
export function encodeAck(id: Uint8Array): Buffer {
  return encodeMessagePack({ ack: new RawBytes(encodeStr(id)) });
}

/** The same for a connection that speaks JSON. */
export function encodeJsonAck(id: Uint8Array): Buffer {
  return Buffer.from(JSON.stringify({ ack: Buffer.from(id).toString('utf8') }));
}

/** `payload` is everything the id stands for, as it was on the wire; `id` is copied. */
export function chunkId(id: Uint8Array, payload: Uint8Array, encode: (id: Uint8Array) => Buffer): ChunkId {
  if (id.length > MAX_CHUNK_ID_BYTES) {
    throw new ForwardError('bad_frame', `option.chunk has ${id.length} bytes, more than ${MAX_CHUNK_ID_BYTES}: no known sender does that`);
  }
  const length = Buffer.alloc(4);
  length.writeUInt32BE(id.length);
  const hash = createHash('sha256').update(length).update(id).update(payload).digest().subarray(0, HASH_BYTES);
  return { id: Buffer.from(id), hash, ack: encode(id) };
}
