import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describeWithDocker, docker, fluentd, importImage } from '../support/docker.js';
import { eventually } from '../support/eventually.js';
import { type Hub, hostPort, startHub } from '../support/hub.js';

const run = promisify(execFile);
const CLI = 'dist/apps/cli/src/main.js';

/** Plain lines of both streams, colours, an empty one, Korean; time passes in between, as Docker itself may mix up the streams' order. */
const SCRIPT = [
  'for i in $(seq 1 40); do echo line $i of forty; done',
  'sleep 0.3',
  "printf '\\033[31mred\\033[0m and plain\\n\\n'",
  'sleep 0.2',
  "echo 'GET /cart 200' >&2",
  'sleep 0.2',
  "echo '서버에서 보낸 줄'",
  'sleep 0.3',
  'echo ERROR on stderr >&2',
  'sleep 0.3',
  'echo last',
].join('; ');
const LINES = 46;
/** Docker puts a time before each of its 16 KiB parts, in the middle of the line. */
const LONG_SCRIPT = "echo before; head -c 40000 /dev/zero | tr '\\0' x; echo; echo last";

describeWithDocker('logweir logs next to docker logs', () => {
  let hub: Hub;
  let image: string;

  /** Both streams in the order in which they were written to one pipe. */
  const text = async (program: string, args: readonly string[]): Promise<string> => {
    const env = { ...process.env, LOGWEIR_URL: hub.addresses['api'] ?? '' };
    const { stdout } = await run('sh', ['-c', 'exec "$@" 2>&1', 'sh', program, ...args], { env, maxBuffer: 1 << 26 });
    return stdout;
  };
  const dockerLogs = (...args: string[]): Promise<string> => text('docker', ['logs', ...args]);
  const logweirLogs = (...args: string[]): Promise<string> => text(process.execPath, [CLI, 'logs', ...args]);
  const agree = async (...args: string[]): Promise<string> => {
    const expected = await dockerLogs(...args);
    expect(await logweirLogs(...args)).toBe(expected);
    return expected;
  };
  const lineCount = (lines: string): number => lines.split('\n').length - 1;

  /** What holds of every container whose lines are all here. */
  const agreeInEverything = async (name: string, id: string): Promise<void> => {
    await eventually(async () => expect(await logweirLogs(name)).toContain('\nlast\n'), 30_000);
    const all = await agree('-t', name);
    expect(lineCount(all)).toBe(LINES);
    const times = all.match(/^\S+Z/gm) ?? [];
    const time = (at: number): string => times[at] ?? 'none';
    await agree(name);
    await agree(id.slice(0, 12));
    for (const wanted of ['1', '5', '46', '1000', 'all'])
      expect(lineCount(await agree('-t', '-n', wanted, name))).toBe(Math.min(Number(wanted) || LINES, LINES));
    for (const at of [1, 40, 43, 45]) expect(lineCount(await agree('-t', '--since', time(at), name))).toBe(LINES - at);
    for (const at of [0, 39, 42, 45]) expect(lineCount(await agree('-t', '--until', time(at), name))).toBe(at + 1);
    await agree('--since', time(40), '--until', time(44), name);
    await agree('--since', '10m', name);
    await agree('--since', '1h30m', '--until', '0s', name);
    await agree('--since', time(20).slice(0, 19), name);
    const seconds = Date.parse(`${time(43).slice(0, 19)}Z`) / 1_000;
    await agree('-t', '--since', `${seconds}.${time(43).slice(20, 29)}`, name);
  };

  beforeAll(async () => {
    image = importImage();
    hub = await startHub();
  }, 60_000);
  afterAll(async () => {
    await hub.stop();
    await rm(hub.dataDir, { recursive: true, force: true });
  });

  it('prints the same lines with -t, --since, --until and -n, and still does when the container is gone', async () => {
    await docker('rm', '--force', 'lw-twin').catch(() => '');
    const { host, port } = hostPort(hub.addresses['forward']);
    const options = fluentd(`${host}:${port}`, { 'fluentd-sub-second-precision': 'true' });
    const id = await docker('run', '--detach', '--name', 'lw-twin', ...options, image, '/bin/sh', '-c', SCRIPT);
    await docker('wait', 'lw-twin');
    await agreeInEverything('lw-twin', id);
    const before = await dockerLogs('-t', 'lw-twin');
    await docker('rm', '--force', 'lw-twin');
    expect(await logweirLogs('-t', 'lw-twin')).toBe(before);
  }, 120_000);

  it('prints the same lines as of a container with json-file whose log was imported', async () => {
    const { host, port } = hostPort(hub.addresses['forward']);
    const imported = async (name: string, script: string): Promise<string> => {
      await docker('rm', '--force', name).catch(() => '');
      const options = ['--network=none', '--log-driver=json-file'];
      const id = await docker('run', '--detach', '--name', name, ...options, image, '/bin/sh', '-c', script);
      await docker('wait', name);
      const log = await docker('inspect', '--format', '{{.LogPath}}', name);
      const args = ['--state', path.join(hub.dataDir, `${name}.state`), '--to', `${host}:${port}`, path.dirname(log)];
      const [code] = await once(spawn(process.execPath, ['dist/apps/import/src/main.js', ...args], { stdio: 'ignore' }), 'exit');
      expect(code).toBe(0);
      return id;
    };
    await agreeInEverything('lw-file', await imported('lw-file', SCRIPT));
    await imported('lw-long-file', LONG_SCRIPT);
    await eventually(async () => expect(await logweirLogs('lw-long-file')).toContain('\nlast\n'), 30_000);
    expect(lineCount(await agree('lw-long-file'))).toBe(3);
    await docker('rm', '--force', 'lw-file', 'lw-long-file');
  }, 120_000);
});
