import { once } from 'node:events';
import net from 'node:net';
import { type Hub, hostPort } from '../test/support/hub.js';

const LINES_A_WRITE = 500;
/** Below what the hub takes, so that what waits is not what is measured. */
const PER_SECOND = 20_000;

/** Errors as JSON lines, each of another group in turn. */
export async function sendGroups(hub: Hub, { records, groups }: { records: number; groups: number }): Promise<void> {
  const { host, port } = hostPort(hub.addresses['json']);
  const socket = net.connect(port, host);
  await once(socket, 'connect');
  const began = performance.now();
  for (let sent = 0; sent < records; sent += LINES_A_WRITE) {
    const lines = Array.from({ length: LINES_A_WRITE }, (_, at) => lineOf((sent + at) % groups));
    if (!socket.write(lines.join(''))) await once(socket, 'drain');
    const aheadMs = (sent * 1_000) / PER_SECOND - (performance.now() - began);
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  socket.end();
  await once(socket, 'close');
}

function lineOf(group: number): string {
  return `{"level":"error","service":"shop","msg":"payment refused","group":"customer-${group}"}\n`;
}
