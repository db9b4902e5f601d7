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
  for (const { name, help, type } of await registry.getMetricsAsJSON()) {
    const { labelNames = [] } = registry.getSingleMetric(name) as { labelNames?: readonly string[] };
    lines.push(`| \`${name}\` | ${type} | ${labelNames.join(', ')} | ${help} |`);
  }
  return `${lines.join('\n')}\n`;
}
