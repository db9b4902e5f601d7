import { createHash } from 'node:crypto';

/**
 * 128 bits over a sender's chunk id and its payload: half from the id alone, so that the same id with other bytes can be
 * told (it is a new chunk, and counted), half from both.
 */
export function chunkHash(id: string | Uint8Array, payload: string | Uint8Array): Buffer {
  const hash = Buffer.alloc(16);
  const ofId = createHash('sha1').update(id);
  ofId.copy().digest().copy(hash, 0, 0, 8);
  ofId.update('\n').update(payload).digest().copy(hash, 8, 0, 8);
  return hash;
}
