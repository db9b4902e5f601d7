import type { Event } from '#libs/record';
import type { EntryReader } from './entry-reader.js';
import type { ForwardError } from './errors.js';

/** The sender wants an ack for this chunk, and sends the same id and bytes again until it has one. */
export interface ChunkId {
  /** The id as it was sent: the bytes of the string. Base64, in Fluentd's case with a newline at its end. */
  readonly id: Buffer;
  /** First 16 bytes of SHA-256 over the id's length (uint32 BE), the id, and the payload as it was on the wire. */
  readonly hash: Buffer;
  /** The whole answer, in the connection's encoding, to be sent in one write once the chunk is on disk. */
  readonly ack: Buffer;
}

/** Un-acknowledged messages that came one after another: one read of a socket is one batch. */
export interface EventsFrame {
  readonly kind: 'events';
  readonly events: readonly Event[];
}

/** Forward, PackedForward, CompressedPackedForward, or a single Message that wants an ack. */
export interface ChunkFrame {
  readonly kind: 'chunk';
  readonly tag: string;
  /** Undefined when the sender wants no ack. */
  readonly chunk: ChunkId | undefined;
  /** `option.size`, what the sender says to have packed: a hint only. */
  readonly declaredSize: number | undefined;
  /** Bytes of the payload on the wire. */
  readonly payloadBytes: number;
  /** Decodes in slices. Refers to the bytes that were pushed: they must stay as they are until it is at its end. */
  readonly entries: EntryReader;
}

/** PING of a client, the second step of the handshake. Salt and nonce are bytes, not text. */
export interface Ping {
  readonly hostname: Buffer;
  readonly salt: Buffer;
  readonly sharedKeyDigest: string;
  readonly username: Buffer;
  readonly passwordDigest: string;
}

export type Frame =
  | EventsFrame
  | ChunkFrame
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'ping'; readonly ping: Ping }
  /** Metrics or traces (`option.fluent_signal` 1, 2): not stored, not to be acknowledged. `reason` is for the sender's operator. */
  | { readonly kind: 'refused'; readonly signal: 'metrics' | 'traces'; readonly reason: string }
  /** Always the last frame; the decoder ignores all bytes after it. What came before it is sound. */
  | { readonly kind: 'broken'; readonly error: ForwardError };
