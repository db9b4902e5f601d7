import type { DuckDbStore, ExportRequest } from '#libs/store';

export interface Exported {
  readonly perSecond: number;
  /** Resident MiB after the first tenth of the records, and the most until the end. */
  readonly earlyMiB: number;
  readonly mostMiB: number;
}

const residentMiB = (): number => Math.round(process.memoryUsage.rss() / 1024 / 1024);

/** Reads `n` records to the end, as fast as they come. */
export async function readExport(store: DuckDbStore, request: ExportRequest, n: number): Promise<Exported> {
  const start = performance.now();
  let records = 0;
  let earlyMiB = 0;
  let mostMiB = 0;
  for await (const chunk of store.export(request)) {
    records += chunk.records;
    const now = residentMiB();
    if (records <= n / 10) earlyMiB = Math.max(earlyMiB, now);
    mostMiB = Math.max(mostMiB, now);
  }
  if (records < n) throw new Error(`only ${records} of ${n} records were exported`);
  return { perSecond: records / ((performance.now() - start) / 1000), earlyMiB, mostMiB };
}
