import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const START_TIMEOUT_MS = 10_000;

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now; 0 while it is stopped. */
  readonly pid: number;
  /** Ends the server and keeps its folder, so that `restart` goes on with what was written; SIGKILL is a power cut. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** FLUSHALL: everything in it is gone. */
  empty(): Promise<void>;
  /** Ends it for good and removes its folder. */
  close(): Promise<void>;
}

export interface RedisOptions {
  /** When the append-only file is synced; absent: nothing is written to disk. */
  readonly appendfsync?: 'always' | 'everysec';
  readonly maxmemoryPolicy?: 'noeviction' | 'allkeys-lru';
  readonly password?: string;
}

/** Runs the suite where `redis-server` is in the PATH; without it skips with a line, or fails where `LOGWEIR_REQUIRE_SERVERS=1`. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0) {
    describe(name, suite);
    return;
  }
  const missing = 'needs redis-server 6.2 or newer in the PATH (Debian: apt-get install redis-server)';
  if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    it(`${name} needs a server`, () => {
      throw new Error(missing);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${missing}\n`);
  describe.skip(name, suite);
}

/** Starts a server of the test's own on a free port, with a folder of its own. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'logweir-redis-'));
  const port = await freePort();
  const settings = settingsOf(options, folder, port);
  let child: ChildProcess | undefined = await start(settings, port);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child !== undefined) await end(child, signal);
    child = undefined;
  };
  return {
    url: `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    stop,
    restart: async () => {
      await stop();
      child = await start(settings, port);
    },
    empty: () => flush(port, options.password),
    close: async () => {
      await stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settingsOf(options: RedisOptions, folder: string, port: number): string[] {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: options.appendfsync === undefined ? 'no' : 'yes',
    appendfsync: options.appendfsync ?? 'no',
    'maxmemory-policy': options.maxmemoryPolicy ?? 'noeviction',
    ...(options.password === undefined ? {} : { requirepass: options.password }),
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function start(settings: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`redis-server did not start on port ${port}: ${output}`);
    }
    await wait(10);
  }
  return child;
}

/** It accepts connections while it still loads its file; only then it stops to answer "-LOADING". */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => {
      resolve(/^(\+PONG|-NOAUTH)/.test(reply.toString()));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}

function flush(port: number, password: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${password === undefined ? '' : `AUTH ${password}\r\n`}FLUSHALL\r\n`));
    let reply = '';
    socket.on('data', (part) => (reply += part.toString()));
    socket.once('error', reject);
    socket.once('close', () => (reply.endsWith('+OK\r\n') ? resolve() : reject(new Error(`FLUSHALL: ${reply}`))));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
