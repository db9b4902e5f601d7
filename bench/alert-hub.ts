import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Collector } from '../test/support/collector.js';
import { eventually } from '../test/support/eventually.js';
import { type Hub, startHub, temporaryFolder, usage } from '../test/support/hub.js';

/** A hub with rules as a process of its own, and where its webhooks arrive. */
export interface AlertHub {
  readonly hub: Hub;
  readonly collector: Collector;
  close(): Promise<void>;
}

const ROUTES = (url: string): string => `
route: { receiver: hook, groupBy: ['...'], groupInterval: 1s }
receivers: [{ name: hook, webhook: { url: '${url}' } }]
`;

/** CPU seconds a second below which a hub has done what it does when it starts. */
const QUIET = 0.05;
const LOOK_MS = 500;

/** Ready when nothing of the start goes on any more. `nodes`: the null Elasticsearch; DuckDB without one. */
export async function startAlertHub(rules: readonly object[], nodes?: string): Promise<AlertHub> {
  const folder = temporaryFolder();
  const collector = await new Collector().open();
  mkdirSync(path.join(folder, 'rules'));
  // YAML takes JSON.
  if (rules.length > 0) writeFileSync(path.join(folder, 'rules', 'rules.yml'), JSON.stringify({ rules }));
  writeFileSync(path.join(folder, 'routes.yml'), ROUTES(collector.url));
  const store: Record<string, string> =
    nodes === undefined ? {} : { LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_ELASTICSEARCH_NODES: nodes, LOGWEIR_JOIN_TRACES: 'false' };
  const env = {
    ...store,
    LOGWEIR_ALERTS_RULES: path.join(folder, 'rules'),
    LOGWEIR_ALERTS_ROUTING: path.join(folder, 'routes.yml'),
    LOGWEIR_LOG_LEVEL: 'error',
  };
  const hub = await startHub({ env, dataDir: path.join(folder, 'data') });
  await untilQuiet(hub);
  return {
    hub,
    collector,
    close: async () => {
      await hub.kill();
      await collector.close();
    },
  };
}

/** Until the hub takes no CPU to speak of: what it was given is dealt with. */
export async function untilQuiet({ pid }: Hub): Promise<void> {
  let before = usage(pid).cpuSeconds;
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const now = usage(pid).cpuSeconds;
    const share = ((now - before) * 1_000) / LOOK_MS;
    before = now;
    if (share > QUIET) throw new Error(`it takes ${(share * 100).toFixed(0)} % of a core`);
  }, 60_000);
}

/** Sum of the samples whose line matches. */
export async function metric(hub: Hub, name: RegExp): Promise<number> {
  const text = await (await fetch(`${hub.addresses['api']}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => name.test(line))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
