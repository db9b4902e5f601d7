import { joinBulk, splitBulk } from './elasticsearch/bulk-lines.js';
import type { WriteBatch } from './log-store.js';

/** The records of a batch at these indexes (rising), as a batch of their own. */
export function selectRecords(batch: WriteBatch, indexes: readonly number[]): WriteBatch {
  if (indexes.length === batch.count) return batch;
  const records = splitBulk(batch.bulk);
  const chosen = indexes.flatMap((index) => records[index] ?? []);
  const positions = Float64Array.from(indexes, (index) => batch.positions[index] ?? NaN);
  return { ...batch, bulk: joinBulk(chosen), count: chosen.length, positions };
}

/** `_id` and source text of the records at these indexes. */
export function readRecords(batch: WriteBatch, indexes: readonly number[]): { id: string; source: string }[] {
  const records = splitBulk(batch.bulk);
  return indexes.map((index) => {
    const record = records[index];
    return { id: record?.id ?? '', source: record ? record.lines.toString('utf8', record.sourceAt, record.lines.length - 1) : '' };
  });
}
