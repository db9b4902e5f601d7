/**
 * Which records a sample keeps: decided by what they say, so that a sender's second try, and every node, decides alike. Records
 * of one trace are kept or left out together; one in a hundred are among the one in ten.
 */
const TIME = '"@timestamp":';

/** `tail`: the record's text behind its sequence; the arrival time in it does not count. */
export function isKept(keep: number, tail: string, traceId: unknown): boolean {
  const text = typeof traceId === 'string' && traceId !== '' ? traceId : tail.slice(Math.max(0, tail.indexOf(TIME)));
  return hashOf(text) % keep === 0;
}

/** FNV-1a, its bits mixed as in MurmurHash3, as the remainder looks at the lowest ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
