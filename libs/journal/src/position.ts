/**
 * A position is one safe integer: segment number × 2^30 + offset of the frame in the segment + index of the line in the
 * frame. Every line has at least one byte, so no two lines share a position, and positions rise in the order of appends.
 */
export type Position = number;

/** Above the longest segment (512 MiB) and frame (256 MiB); leaves 2^23 segment numbers below 2^53, 512 TiB at 64 MiB each. */
export const SEGMENT_SPAN = 2 ** 30;

export function positionOf(segment: number, offset: number): Position {
  return segment * SEGMENT_SPAN + offset;
}

export function segmentOf(position: Position): number {
  return Math.floor(position / SEGMENT_SPAN);
}

export function offsetOf(position: Position): number {
  return position % SEGMENT_SPAN;
}
