import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** The built program as a process of its own, on free ports, with its data in a folder of its own. */
export interface Hub {
  readonly pid: number;
  readonly dataDir: string;
  /** From the start line: forward, json, intake, api → host:port or URL. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly readyMs: number;
  /** Everything it wrote to stderr and stdout so far. */
  output(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, import.meta.filename.endsWith('.js') ? '../../..' : '../..');

/** As in `npm start` and the image. */
const NODE_FLAGS = [
  '--max-semi-space-size=16',
  '--min-semi-space-size=16',
  '--heap-growing-percent=200',
  '--no-lazy-feedback-allocation',
  '--single-threaded-gc',
  '--v8-pool-size=1',
];

export interface HubOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  /** Which program: apps/<app>/src/main.js. */
  readonly app?: 'hub' | 'ingest' | 'api' | 'alerter';
  /** Behind the program. */
  readonly arguments?: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** Words before `node`: a program that runs it in surroundings of its own, under the same process id. */
  readonly through?: readonly string[];
  readonly timeoutMs?: number;
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'logweir-test-'));
}

export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const dataDir = options.dataDir ?? temporaryFolder();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    LOGWEIR_DATA_DIR: dataDir,
    LOGWEIR_FORWARD_PORT: '0',
    LOGWEIR_JSON_PORT: '0',
    LOGWEIR_INTAKE_PORTS: '0',
    LOGWEIR_API_PORT: '0',
    LOGWEIR_SHUTDOWN_DELAY: '0s',
    ...options.env,
  };
  const began = performance.now();
  const main = path.join(ROOT, `dist/apps/${options.app ?? 'hub'}/src/main.js`);
  const words = [
    ...(options.through ?? []),
    process.execPath,
    ...NODE_FLAGS,
    ...(options.nodeArgs ?? []),
    main,
    ...(options.arguments ?? []),
  ];
  const child = spawn(words[0] ?? '', words.slice(1), {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > 5_000) lines.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  const start = await startLine(child, keep, options.timeoutMs ?? 30_000).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${String(error)}\n${lines.join('\n')}`);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    pid: child.pid ?? 0,
    dataDir,
    addresses: addressesOf(start),
    readyMs: performance.now() - began,
    output: () => lines.join('\n'),
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function startLine(child: ChildProcess, keep: (line: string) => void, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no start line within ${timeoutMs} ms`)), timeoutMs);
    child.once('exit', (code, signal) => reject(new Error(`ended before it was ready: ${code ?? signal}`)));
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      if (!line.startsWith('logweir ready')) return;
      clearTimeout(timer);
      resolve(line);
    });
  });
}

/** `logweir ready in 0.9 s · forward tcp://127.0.0.1:24224 · api http://127.0.0.1:4280` */
function addressesOf(line: string): Record<string, string> {
  const pairs = line
    .split(' · ')
    .slice(1)
    .map((part) => part.split(' ') as [string, string]);
  return Object.fromEntries(pairs.map(([name, url]) => [name, url]));
}

/** Host and port of a `tcp://` or `http://` address. */
export function hostPort(address: string | undefined): { host: string; port: number } {
  const url = new URL((address ?? '').replace(/^tcp:/, 'http:'));
  return { host: url.hostname, port: Number(url.port) };
}

/** CPU seconds (user + system, all threads and ended children) and the largest RSS of a process, from the kernel. */
export function usage(pid: number): { cpuSeconds: number; rssMiB: number; peakRssMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0);
  return { cpuSeconds: ticks / 100, rssMiB: kib('VmRSS') / 1024, peakRssMiB: kib('VmHWM') / 1024 };
}
