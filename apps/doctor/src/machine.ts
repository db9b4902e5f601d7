import { readFile } from 'node:fs/promises';
import type { Settings } from '#libs/config';
import { findingsOf, type Finding } from './finding.js';

const OLDEST_NODE = [20, 19] as const;
/** Journal segments, day files, the engine's own and some clients beside the connections. */
const OWN_FILES = 256;

/** Node, and how many files a process may have open: each connection is one. */
export async function examineMachine(settings: Settings, nodeVersion: string): Promise<Finding[]> {
  const found = findingsOf('machine');
  const [major = 0, minor = 0] = nodeVersion.replace('v', '').split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const node = isOld
    ? found.fail(`Node ${nodeVersion} is too old`, `install Node ${OLDEST_NODE.join('.')} or newer`)
    : found.ok(`Node ${nodeVersion}`);
  const limit = await openFilesLimit();
  const wanted = settings.forward.maxConnections + settings.json.maxConnections + OWN_FILES;
  if (limit === undefined) return [node];
  if (limit >= wanted) return [node, found.ok(`${limit} open files allowed`)];
  return [
    node,
    found.warn(
      `${limit} open files allowed, ${wanted} may be needed (connections of the forward and JSON doors, and ${OWN_FILES})`,
      `raise the limit (ulimit -n ${wanted}, LimitNOFILE=, or ulimits in compose), or lower LOGWEIR_FORWARD_MAX_CONNECTIONS`,
    ),
  ];
}

/** The soft limit of this process; undefined where the system does not tell it in /proc. */
async function openFilesLimit(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const value = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return value === undefined ? undefined : Number(value);
}
