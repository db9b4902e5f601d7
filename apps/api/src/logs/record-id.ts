import type { OrderKey } from '#libs/store';
import { ApiError } from '../errors.js';

/**
 * A record's public id: `<ts_ns>-<seq>-<node>`, for example `1795233863785232175-1073741824-web1.3f9a2c`. It is the place
 * of the record in the total order, so it is permalink and cursor alike. The node may itself contain dashes.
 */
const RECORD_ID = /^(\d{1,19})-(\d{1,16})-([^\s/]{1,256})$/;

export function formatRecordId(key: OrderKey): string {
  return `${key.timestampNs}-${key.sequence}-${key.node}`;
}

/** Throws `ApiError` when the text is not an id. */
export function parseRecordId(id: string): OrderKey {
  const match = RECORD_ID.exec(id);
  const [, timestampNs, sequenceText, node] = match ?? [];
  const sequence = Number(sequenceText);
  if (timestampNs === undefined || node === undefined || !Number.isSafeInteger(sequence)) {
    throw new ApiError(400, 'id_invalid', 'this is not the id of a record', {
      hint: 'an id is <nanoseconds>-<sequence>-<node>, as items have it',
    });
  }
  return { timestampNs: BigInt(timestampNs).toString(), sequence, node };
}
