const TIMESTAMP = '"@timestamp":"';
/** RFC 3339 in UTC with nine decimals. */
const TIME_LENGTH = 30;

/** A record's `@timestamp` without parsing it: nothing but texts, whose quotes are escaped, stands before. */
export function timestampOf(source: Buffer): string {
  const at = source.indexOf(TIMESTAMP);
  return at < 0 ? '' : source.toString('latin1', at + TIMESTAMP.length, at + TIMESTAMP.length + TIME_LENGTH);
}
