/** The bulk body as the journal keeps it, `{"create":{"_id":…}}\n{source}\n` per record, cut into records. */

const NEWLINE = 0x0a;
/** Elasticsearch refuses a whole request for one longer id. */
const MAX_ID_BYTES = 512;

export interface BulkRecord {
  /** Its place in the batch. */
  readonly index: number;
  /** undefined when the action line is not a `create` with a usable `_id`; such a line would cost the whole request. */
  readonly id: string | undefined;
  /** Both lines, each with its newline. */
  readonly lines: Buffer;
  /** Where the source begins in `lines`. */
  readonly sourceAt: number;
}

/** Records of a body in order; what is left behind the last whole record is ignored. */
export function splitBulk(bulk: Buffer): BulkRecord[] {
  const records: BulkRecord[] = [];
  let start = 0;
  for (;;) {
    const actionEnd = bulk.indexOf(NEWLINE, start);
    const sourceEnd = actionEnd === -1 ? -1 : bulk.indexOf(NEWLINE, actionEnd + 1);
    if (sourceEnd === -1) return records;
    const action = bulk.toString('utf8', start, actionEnd);
    const lines = bulk.subarray(start, sourceEnd + 1);
    records.push({ index: records.length, id: parseId(action), lines, sourceAt: actionEnd + 1 - start });
    start = sourceEnd + 1;
  }
}

function parseId(action: string): string | undefined {
  try {
    const parsed = JSON.parse(action) as { create?: { _id?: unknown } } | null;
    const id = parsed?.create?._id;
    return typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= MAX_ID_BYTES ? id : undefined;
  } catch {
    return undefined;
  }
}

export function joinBulk(records: readonly BulkRecord[]): Buffer {
  return Buffer.concat(records.map((record) => record.lines));
}

/** Whether these bytes stand there. */
export function hasAt(buffer: Buffer, at: number, bytes: Buffer): boolean {
  const end = at + bytes.length;
  return end <= buffer.length && buffer.compare(bytes, 0, bytes.length, at, end) === 0;
}
