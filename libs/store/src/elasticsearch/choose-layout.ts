import { DayLayout } from './day-layout.js';
import { StreamLayout } from './layout.js';
import type { ElasticsearchStoreOptions } from './options.js';

export function chooseLayout({
  index,
  namespace,
  datasets = false,
}: Pick<ElasticsearchStoreOptions, 'index' | 'namespace' | 'datasets'>): DayLayout | StreamLayout {
  return index === undefined ? new StreamLayout(namespace, datasets) : new DayLayout(index, namespace);
}
