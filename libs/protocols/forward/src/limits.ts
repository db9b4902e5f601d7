/**
 * What one sender may cost. A length on the wire is only a claim: nothing is reserved for it before its bytes are there,
 * and it is refused at once when it goes beyond these.
 */

/** One frame as it is on the wire. Fluentd's memory chunks end at 8 MB, Fluent Bit's receiver at 6 MB. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024;

/** One payload after inflating: the cap that Fluentd itself has for its chunks. */
export const MAX_INFLATED_BYTES = 256 * 1024 * 1024;

/** Arrays and maps inside one another in a record; what lies deeper is replaced by a mark. */
export const MAX_NESTING = 64;

/** One string or binary value of a record, in bytes; the rest is cut off. Half a frame, far below what V8 can hold. */
export const MAX_STRING_BYTES = 16 * 1024 * 1024;

/** PING is six short strings; before it nobody has shown that they may send more. */
export const MAX_HANDSHAKE_BYTES = 8 * 1024;

/** A chunk id comes back in the ack. Known senders use 24 to 25 bytes. */
export const MAX_CHUNK_ID_BYTES = 1024;

/** Payloads up to this size inflate on the calling thread: below it a trip to the thread pool costs more. */
export const MAX_SYNC_INFLATE_BYTES = 64 * 1024;

/** The memory a zstd frame asks for to look back. The zstd tool refuses more than 128 MiB as well. */
export const MAX_ZSTD_WINDOW_BYTES = 128 * 1024 * 1024;

/** Fields of a group marker that are copied into each entry of the group; a larger group is dropped. */
export const MAX_GROUP_FIELDS = 64;

export interface ForwardLimits {
  readonly maxFrameBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxNesting: number;
  readonly maxStringBytes: number;
  readonly maxHandshakeBytes: number;
}

export const FORWARD_LIMITS: ForwardLimits = Object.freeze({
  maxFrameBytes: MAX_FRAME_BYTES,
  maxInflatedBytes: MAX_INFLATED_BYTES,
  maxNesting: MAX_NESTING,
  maxStringBytes: MAX_STRING_BYTES,
  maxHandshakeBytes: MAX_HANDSHAKE_BYTES,
});

/** What was lost or repaired inside a frame that is sound as a whole. One call per oddity, for the counters. */
export type ForwardCount =
  'malformed_entry' | 'truncated_payload' | 'time_unreadable' | 'string_cut' | 'too_deep' | 'group_too_large' | 'size_mismatch';
