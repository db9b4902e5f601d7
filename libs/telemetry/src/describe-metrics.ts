import type { Metrics } from './metrics.js';

/** docs/metrics.md, in the order of `Metrics`. */
export async function describeMetrics({ registry }: Metrics): Promise<string> {
  const lines = [
    '# Metrics',
    '',
    '<!-- Made from libs/telemetry/src/metrics.ts by `npm run docs`; a test holds the two together. -->',
    '',
    '`GET /metrics` on the API port, Prometheus text format. At any scrape, in lines:',
    '',
    '```',
    'in = stored + journal_records + joined + duplicate + dead_lettered + dropped',
    '```',
    '',
    'Beside these come the metrics of the process and of Node under their usual names (`process_*`, `nodejs_*`).',
    '',
    '| name | type | labels | meaning |',
    '| --- | --- | --- | --- |',
  ];
  for (const metric of registry.getMetricsAsArray()) {
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    const { type } = await metric.get();
    lines.push(`| \`${metric.name}\` | ${type} | ${labelNames.join(', ')} | ${metric.help} |`);
  }
  return `${lines.join('\n')}\n`;
}
