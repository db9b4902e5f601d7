import { readRecords, type LogStore, type StoredRecord } from '#libs/store';

/** The record as the normaliser writes it when it belongs to a dataset. */
export function withDataset(source: string, dataset: string): string {
  return `${source.slice(0, -1)},"data_stream":{"dataset":"${dataset}"}}`;
}

const datasetOf = (position: number): string | undefined => [undefined, 'logweir.a', 'logweir.b'][position % 3];

/** A store whose records are spread over three streams by their position; who reads them does not see it. */
export function spreadOverDatasets(store: LogStore): LogStore {
  const without = (record: StoredRecord): StoredRecord =>
    Object.fromEntries(Object.entries(record).filter(([name]) => name !== 'data_stream'));
  return {
    start: () => store.start(),
    mark: () => store.mark(),
    get concurrency() {
      return store.concurrency;
    },
    write: (batch) => {
      const records = readRecords(
        batch,
        [...batch.positions].map((_, index) => index),
      );
      const lines = records.map(({ id, source }, index) => {
        const dataset = datasetOf(batch.positions[index] ?? 0);
        return `${JSON.stringify({ create: { _id: id } })}\n${dataset === undefined ? source : withDataset(source, dataset)}\n`;
      });
      return store.write({ ...batch, bulk: Buffer.from(lines.join('')) });
    },
    search: async (request) => {
      const result = await store.search(request);
      return { ...result, hits: result.hits.map((hit) => ({ ...hit, record: without(hit.record) })) };
    },
    get: async (key) => {
      const record = await store.get(key);
      return record && without(record);
    },
    histogram: (request) => store.histogram(request),
    facets: (request) => store.facets(request),
    fields: (request) => store.fields(request),
    patterns: (request) => store.patterns(request),
    export: (request) => store.export(request),
    deleteMatching: (query, range, signal) => store.deleteMatching(query, range, signal),
    dropBefore: (day) => store.dropBefore(day),
    health: () => store.health(),
    close: () => store.close(),
  };
}
