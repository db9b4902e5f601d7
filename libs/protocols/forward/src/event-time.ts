/**
 * EventTime of the Forward specification: ext type 0 with 8 bytes, uint32 BE seconds and uint32 BE nanoseconds, UTC.
 * Sent as fixext8 (d7 00) or ext8 (c7 08 00). Seconds are unsigned: good until 2106.
 */

/** Fluent Bit's group markers take these for seconds: not times, and their entries are no records. */
export const GROUP_START = 0xffffffff;
export const GROUP_END = 0xfffffffe;

export function isEventTime(type: number, length: number): boolean {
  return type === 0 && length === 8;
}

/** RFC 3339 in UTC with nine decimals, for an EventTime that is a value inside a record. */
export function formatInstant(seconds: number, nanos: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanos % 1e9).padStart(9, '0')}Z`;
}
