/** Started by a test as a process of its own: writes batches into a DuckDB store and names each that was stored, until it is killed. */
import { DuckDbStore } from '#libs/store';

const [folder = '', start = '', batchSize = ''] = process.argv.slice(2);
const BASE_MS = Date.UTC(2026, 10, 21, 11);
const store = new DuckDbStore({ folder, now: () => Date.UTC(2026, 10, 21, 12) });

const lineOf = (position: number): string => {
  const day = position % 7 === 0 ? 86_400_000 : 0;
  const timestamp = new Date(BASE_MS - day + (position % 1000)).toISOString().replace('Z', '000000Z');
  const record = { event: { sequence: position }, '@timestamp': timestamp, message: `record ${position}`, logweir: { node: 'node-1' } };
  return `{"create":{"_id":"${position}"}}\n${JSON.stringify(record)}\n`;
};

await store.start();
for (let position = Number(start); ;) {
  const positions = Float64Array.from({ length: Number(batchSize) }, (_, index) => position + index);
  const bulk = Buffer.from(Array.from(positions, lineOf).join(''));
  const outcome = await store.write({ journal: 'journal-1', bulk, count: positions.length, positions });
  position += positions.length;
  process.stdout.write(`${outcome.stored === positions.length ? position : `failed: ${outcome.reason}`}\n`);
}
