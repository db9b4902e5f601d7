import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, existsSync } from 'node:fs';
import net from 'node:net';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';

/** The load generator and the null Elasticsearch, two Go programs that every ingest bench shares. */
export interface Rig {
  readonly load: string;
  readonly sink: string;
}

const HERE = path.resolve(import.meta.dirname, '../../bench');

/** Builds both into a temporary folder; needs Go 1.22 or newer. */
export function buildRig(): Rig {
  const out = mkdtempSync(path.join(tmpdir(), 'logweir-bench-'));
  for (const name of ['load', 'sink']) {
    execFileSync('go', ['build', '-o', path.join(out, name), `./${name}`], { cwd: HERE, stdio: 'inherit' });
  }
  return { load: path.join(out, 'load'), sink: path.join(out, 'sink') };
}

/** CPU µs for one corpus line through JSON.parse and JSON.stringify, on this machine now. */
export function calibrate(rig: Rig): number {
  const corpus = execFileSync(rig.load, ['-print', '100000'], { maxBuffer: 1 << 28 });
  return Number(execFileSync(process.execPath, [path.join(HERE, 'calibrate.mjs')], { input: corpus }).toString());
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Sink {
  readonly url: string;
  count(): Promise<{ docs: number; cpuSeconds: number; bytes: number; requests: number }>;
  post(path: string, body?: string): Promise<string>;
  stop(): void;
}

export async function startSink(rig: Rig, args: readonly string[] = [], port?: number): Promise<Sink> {
  const at = port ?? (await freePort());
  const child: ChildProcess = spawn(rig.sink, ['-addr', `127.0.0.1:${at}`, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
  const url = `http://127.0.0.1:${at}`;
  return {
    url,
    count: async () =>
      (await (await fetch(`${url}/_count`)).json()) as { docs: number; cpuSeconds: number; bytes: number; requests: number },
    post: async (to, body) => (await fetch(`${url}${to}`, { method: 'POST', ...(body === undefined ? {} : { body }) })).text(),
    stop: () => void child.kill('SIGKILL'),
  };
}

export interface LoadResult {
  readonly sent: number;
  readonly acked: number;
  readonly resent: number;
  readonly seconds: number;
  readonly failures: number;
}

export function runLoad(rig: Rig, args: readonly string[]): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(rig.load, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.once('exit', (code) => (code === 0 ? resolve(JSON.parse(out) as LoadResult) : reject(new Error(`load ended with ${code}`))));
  });
}

export function machine(): string {
  const cpu = cpus()[0]?.model ?? 'unknown';
  const kernel = existsSync('/proc/sys/kernel/osrelease') ? readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim() : '';
  return `${cpus().length} × ${cpu}, Linux ${kernel}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Of an even number of values the lower one of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

export function option(args: readonly string[], name: string, fallback: number): number {
  const at = args.indexOf(`--${name}`);
  return at >= 0 ? Number(args[at + 1]) : fallback;
}
