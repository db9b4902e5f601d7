/** What happens to the node's process, and to the way to it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startElasticsearch } from '../support/elasticsearch.js';
import type { FaultCase } from './fault-case.js';
import type { Stage } from './stage.js';

const direct = (_proxy: string, node: string): string => node;
const NAME = 'elasticsearch.logweir.test';

async function restart(stage: Stage): Promise<void> {
  const { data, port } = stage.node;
  stage.node = await startElasticsearch({ data, port });
}

const hostsOf = (stage: Stage): string => path.join(stage.dataDir, 'hosts');
const hosts = (stage: Stage, ...names: string[]): void => writeFileSync(hostsOf(stage), `127.0.0.1 localhost ${names.join(' ')}\n`);

export const CASES_OF_THE_NODE: readonly FaultCase[] = [
  {
    name: 'node killed, and started on the same data',
    cast: 'own',
    nodes: direct,
    begin: (stage) => stage.node.stop('SIGKILL'),
    end: restart,
    says: /no answer from Elasticsearch.*is it running/,
  },
  {
    name: 'node stopped in order, and started on the same data',
    cast: 'own',
    nodes: direct,
    begin: (stage) => stage.node.stop(),
    end: restart,
    says: /no answer from Elasticsearch.*is it running/,
  },
  {
    name: 'node frozen (SIGSTOP)',
    cast: 'own',
    nodes: direct,
    begin: ({ node }) => void process.kill(node.pid, 'SIGSTOP'),
    end: ({ node }) => void process.kill(node.pid, 'SIGCONT'),
    says: /no answer from Elasticsearch/,
  },
];

/** Needs root: the process gets an /etc/hosts of its own. */
export const CASES_OF_NAMES: readonly FaultCase[] = [
  {
    name: 'name unknown to DNS',
    cast: 'sturdy',
    nodes: (_proxy, node) => node.replace('127.0.0.1', NAME),
    through: (stage) => ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', hostsOf(stage)],
    before: async (stage) => hosts(stage),
    fromStart: true,
    begin: () => undefined,
    end: (stage) => hosts(stage, NAME),
    says: /no answer from Elasticsearch.*(ENOTFOUND|EAI_AGAIN)/,
  },
];
