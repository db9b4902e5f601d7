import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { hostPort } from '../test/support/hub.js';
import type { AlertHub } from './alert-hub.js';

/** Each probe is a group of its own, so that each makes one webhook, at once. */
export const PROBE_RULE = {
  name: 'probe',
  where: 'service: probe',
  level: 'error',
  group_by: ['attributes.probe'],
  severity: 'critical',
};

export interface Delays {
  readonly probes: number;
  readonly missing: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const MISSING_AFTER_MS = 15_000;

function str(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xda, bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** Message mode with a chunk id: `[tag, time, {container_name, log}, {chunk}]`. */
function frameOf(chunk: string, log: string): Buffer {
  const time = Buffer.alloc(5, 0xce);
  time.writeUInt32BE(Math.floor(Date.now() / 1_000), 1);
  const record = [Buffer.from([0x82]), str('container_name'), str('/probe-1'), str('log'), str(log)];
  return Buffer.concat([Buffer.from([0x94]), str('bench.alert'), time, ...record, Buffer.from([0x81]), str('chunk'), str(chunk)]);
}

async function acknowledged(socket: net.Socket, chunk: string): Promise<void> {
  await new Promise<void>((resolve) => {
    let got = '';
    const listen = (bytes: Buffer): void => {
      got += bytes.toString('latin1');
      if (!got.includes(chunk)) return;
      socket.off('data', listen);
      resolve();
    };
    socket.on('data', listen);
  });
}

/** One record after the other at random moments, for `seconds`: how long after its acknowledgement comes its webhook? */
export async function measureDelays({ hub, collector }: AlertHub, seconds: number, meanGapMs: number): Promise<Delays> {
  const arrivals = new Map<string, number>();
  collector.answer = ({ body }) => {
    const now = performance.now();
    for (const [, probe = ''] of body.matchAll(/"attributes_probe":"(\w+)"/g)) if (!arrivals.has(probe)) arrivals.set(probe, now);
    return 200;
  };
  const { host, port } = hostPort(hub.addresses['forward']);
  const socket = net.connect(port, host).setNoDelay(true);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const accepted = new Map<string, number>();
  const acks: number[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * meanGapMs));
    const probe = randomBytes(8).toString('hex');
    const answered = acknowledged(socket, probe);
    const sent = performance.now();
    socket.write(frameOf(probe, JSON.stringify({ level: 'error', service: 'probe', msg: `probe ${probe}`, probe })));
    await answered;
    accepted.set(probe, performance.now());
    acks.push(performance.now() - sent);
  }
  for (const end = performance.now() + MISSING_AFTER_MS; arrivals.size < accepted.size && performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  socket.destroy();
  const delays = [...accepted].flatMap(([probe, at]) => {
    const arrived = arrivals.get(probe);
    return arrived === undefined ? [] : [arrived - at];
  });
  const [delay, ack] = [quantiles(delays), quantiles(acks)];
  return {
    probes: accepted.size,
    missing: accepted.size - delays.length,
    ackP50Ms: ack(0.5),
    ackP99Ms: ack(0.99),
    p50Ms: delay(0.5),
    p99Ms: delay(0.99),
    maxMs: delay(1),
  };
}

function quantiles(values: number[]): (share: number) => number {
  values.sort((a, b) => a - b);
  return (share) => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
}
