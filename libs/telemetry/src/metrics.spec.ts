import { readFileSync } from 'node:fs';
import { describeMetrics } from './describe-metrics.js';
import { Metrics } from './metrics.js';

describe('the metrics', () => {
  it('are told in docs/metrics.md as they are (after a change: npm run docs)', async () => {
    expect(readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')).toBe(await describeMetrics(new Metrics()));
  });

  it('all begin with logweir_, and every counter ends in _total', async () => {
    const all = await new Metrics().registry.getMetricsAsJSON();
    expect(all.filter(({ name }) => !name.startsWith('logweir_'))).toEqual([]);
    expect(all.filter(({ name, type }) => String(type) === 'counter' && !name.endsWith('_total'))).toEqual([]);
  });

  it('can be counted on from what an earlier process wrote down', async () => {
    const metrics = new Metrics();
    metrics.recordsDropped.inc({ reason: 'damaged' }, 41);
    metrics.recordsDropped.inc({ reason: 'damaged' });
    expect(await metrics.registry.metrics()).toContain('logweir_records_dropped_total{reason="damaged"} 42');
  });
});
