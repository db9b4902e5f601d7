import { randomBytes } from 'node:crypto';
import net from 'node:net';

export interface AckWork {
  readonly port: number;
  readonly connections: number;
  readonly perSecond: number;
  /** Entries a chunk. */
  readonly entries: number;
  readonly seconds: number;
}

export interface AckTimes {
  readonly chunks: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function str(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0xda, bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** `[tag, [[time, {container_id, log}], ...], {chunk}]`: Forward mode. */
function chunkFrame(id: string, entries: number): Buffer {
  const seconds = Math.floor(Date.now() / 1_000);
  const entry = Buffer.concat([
    Buffer.from([0x92, 0xce, seconds >>> 24, (seconds >>> 16) & 255, (seconds >>> 8) & 255, seconds & 255, 0x82]),
    str('container_id'),
    str('f'.repeat(64)),
    str('log'),
    str('{"level":30,"time":1795233863785,"pid":1,"service":"checkout","msg":"order accepted","order_id":88412}'),
  ]);
  const head = Buffer.concat([Buffer.from([0x93]), str('bench.acks'), Buffer.from([0xdc, entries >> 8, entries & 255])]);
  return Buffer.concat([head, ...Array.from({ length: entries }, () => entry), Buffer.from([0x81]), str('chunk'), str(id)]);
}

async function converse(work: AckWork, times: number[]): Promise<void> {
  const socket = net.connect(work.port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const everyMs = (1_000 * work.connections * work.entries) / work.perSecond;
  const start = performance.now() + Math.random() * everyMs;
  for (let turn = 0; turn * everyMs < work.seconds * 1_000; turn++) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + turn * everyMs - performance.now())));
    const id = randomBytes(16).toString('base64');
    const sent = performance.now();
    const answered = new Promise<void>((resolve) => {
      let got = '';
      const listen = (bytes: Buffer): void => {
        got += bytes.toString('latin1');
        if (!got.includes(id)) return;
        socket.off('data', listen);
        resolve();
      };
      socket.on('data', listen);
    });
    socket.write(chunkFrame(id, work.entries));
    await answered;
    times.push(performance.now() - sent);
  }
  socket.destroy();
}

export async function measureAcks(work: AckWork): Promise<AckTimes> {
  const times: number[] = [];
  await Promise.all(Array.from({ length: work.connections }, () => converse(work, times)));
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  return { chunks: times.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
