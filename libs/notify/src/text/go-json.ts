/**
 * JSON as Go's encoder writes it, byte for byte: `<`, `>`, `&`, U+2028 and U+2029 escaped, a newline at the end. Receivers
 * that compare or sign bodies of Alertmanager see no difference.
 */
export function formatGoJson(value: unknown): string {
  return `${JSON.stringify(value).replace(/[<>&\u2028\u2029]|\\u(?:d[89a-f])[0-9a-f]{2}/g, escaped)}\n`;
}

/** Lone surrogates, which JSON.stringify writes as escapes, are U+FFFD in Go. */
function escaped(found: string): string {
  if (found.length > 1) return '\ufffd';
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** RFC 3339 in UTC without trailing zeros, as Go's RFC3339Nano. */
export function formatGoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** A time that is not there. */
export const GO_ZERO_TIME = '0001-01-01T00:00:00Z';
