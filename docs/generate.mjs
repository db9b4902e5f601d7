// Writes the pages that are made from code. Run by `npm run docs`, after a build.
import { writeFileSync } from 'node:fs';
import { describeSettings } from '#libs/config';
import { describeCli } from '#apps/cli/src/describe';
import { describeMetrics, Metrics } from '#libs/telemetry';

writeFileSync(new URL('configuration.md', import.meta.url), describeSettings());
writeFileSync(new URL('metrics.md', import.meta.url), await describeMetrics(new Metrics()));
writeFileSync(new URL('cli.md', import.meta.url), describeCli());
