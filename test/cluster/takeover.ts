/** How long a message that an alerter was sending waits for another one, when that alerter is killed. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ForwardClient } from '../crash/forward-client.js';
import type { Collected } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import type { Cluster } from './cluster.js';
import { frameOf } from './stream.js';

export interface Takeover {
  /** From the kill to the message at its receiver. */
  readonly ms: number;
  /** Under which it came the first time, and then. */
  readonly ids: readonly string[];
}

const WITHIN_MS = 30_000;

/**
 * The receiver says nothing to `alerter-1`, which is alone at first; `afterMs` after `alerter-2` is there, the other is killed.
 * It moves its lock on now and then: how long that still holds depends on when it dies.
 */
export async function laneTakenOver(cluster: Cluster, afterMs = 0): Promise<Takeover> {
  const { receiver } = cluster;
  const order = `taken-over-${randomBytes(4).toString('hex')}`;
  const isIt = ({ body }: Collected): boolean => body.includes(order);
  await cluster.end('alerter-2', 'SIGTERM');
  receiver.answer = (request) => (isIt(request) ? 'hang' : 200);
  await send(cluster, order);
  const first = await eventually(() => found(receiver.requests, isIt), WITHIN_MS);
  await cluster.begin('alerter-2');
  await pause(afterMs);
  receiver.answer = () => 200;
  const killedMs = Date.now();
  await cluster.end('alerter-1', 'SIGKILL');
  const again = await eventually(() => found(receiver.accepted, isIt), WITHIN_MS);
  await cluster.begin('alerter-1');
  return { ms: again.atMs - killedMs, ids: [first, again].map(({ headers }) => String(headers['webhook-id'])) };
}

function found(requests: readonly Collected[], isIt: (request: Collected) => boolean): Collected {
  const request = requests.find(isIt);
  if (request === undefined) throw new Error('the receiver was not asked');
  return request;
}

async function send(cluster: Cluster, order: string): Promise<void> {
  const client = new ForwardClient(cluster.doors.port);
  const chunk = randomBytes(16).toString('base64');
  const frame = frameOf([{ message: 'payment refused', order }], chunk);
  await eventually(async () => {
    if (!(await client.exchange(frame, chunk, () => undefined))) throw new Error('not acknowledged');
  });
  client.close();
}
