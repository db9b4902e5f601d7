import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The script is not built with the rest. */
const ROOT = resolve(import.meta.dirname, import.meta.filename.endsWith('.js') ? '../../..' : '../..');
const START = join(ROOT, 'test', 'support', 'elasticsearch', 'start');
/** The first use resolves and compiles; every later start takes 3 to 10 s. */
const START_TIMEOUT_MS = 180_000;

/** The server that tests may use, but must not break: own index names, cleaned up. */
export function elasticsearchUrl(): string | undefined {
  return process.env['ELASTICSEARCH_URL'] || undefined;
}

function describeOrSkip(name: string, missing: string | undefined, suite: () => void): void {
  if (missing === undefined) {
    describe(name, suite);
  } else if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    it(`${name} needs a server`, () => {
      throw new Error(missing);
    });
  } else {
    process.stderr.write(`skipped: ${name}: ${missing}\n`);
    describe.skip(name, suite);
  }
}

/** Runs the suite against `ELASTICSEARCH_URL`; without it skips with a line, or fails where `LOGWEIR_REQUIRE_SERVERS=1`. */
export function describeWithElasticsearch(name: string, suite: () => void): void {
  const missing = elasticsearchUrl()
    ? undefined
    : 'set ELASTICSEARCH_URL to an Elasticsearch 9.x, for example one started by test/support/elasticsearch/start';
  describeOrSkip(name, missing, suite);
}

/** For suites that start nodes of their own to break them; also only where `ELASTICSEARCH_URL` says that such tests are wanted. */
export function describeWithOwnElasticsearch(name: string, suite: () => void): void {
  describeOrSkip(name, ownNodeMissing(), suite);
}

function ownNodeMissing(): string | undefined {
  if (!elasticsearchUrl() && process.env['LOGWEIR_REQUIRE_SERVERS'] !== '1') {
    return 'set ELASTICSEARCH_URL, and have a JDK >= 21 and mvn for the node that the test breaks';
  }
  const check = spawnSync(START, ['--check'], { encoding: 'utf8' });
  return check.status === 0 ? undefined : (check.stderr ?? String(check.error)).trim();
}

export interface ElasticsearchNode {
  readonly url: string;
  readonly pid: number;
  readonly port: number;
  /** Its folder, where one was named. */
  readonly data: string | undefined;
  /** SIGTERM, and after 10 s SIGKILL; resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface ElasticsearchNodeOptions {
  /** Node settings, as `-Ekey=value`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Folder that outlives the node; a temporary one otherwise. */
  readonly data?: string | undefined;
  /** A free one otherwise. */
  readonly port?: number;
}

/** Starts a node of the test's own. Needs a JDK >= 21, and `mvn` for the first use. */
export async function startElasticsearch(options: ElasticsearchNodeOptions = {}): Promise<ElasticsearchNode> {
  const settings = Object.entries(options.settings ?? {}).map(([key, value]) => `-E${key}=${value}`);
  const data = options.data === undefined ? [] : ['--data', options.data];
  const child = spawn(START, ['--port', String(options.port ?? 0), ...data, ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ES_HEAP: '512m' },
  });
  const url = await readyUrl(child);
  return { url, pid: child.pid ?? 0, port: Number(new URL(url).port), data: options.data, stop: (signal) => stop(child, signal) };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000)));
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  try {
    for await (const line of createInterface({ input: child.stdout! })) {
      const ready = /^ready (\S+)$/.exec(line)?.[1];
      if (ready) return ready;
    }
    throw new Error(`the Elasticsearch node did not start: ${errors}`);
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(timer);
}
