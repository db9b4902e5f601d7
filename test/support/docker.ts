import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const IMAGE = 'logweir-test-busybox';
const BUSYBOX = '/bin/busybox';

export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', args, { maxBuffer: 1 << 26, timeout: 60_000 });
  return stdout.trim();
}

function daemonAnswers(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

/** Runs the suite against a real Docker Engine; without one it is skipped with a line that says what to install. */
export function describeWithDocker(name: string, suite: () => void): void {
  if (existsSync(BUSYBOX) && daemonAnswers()) {
    describe(name, suite);
    return;
  }
  const wanted = 'needs a Docker Engine that answers `docker info` and a static busybox (Debian: apt-get install docker.io busybox-static)';
  if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    describe(name, () => it(wanted, () => expect(wanted).toBe('')));
    return;
  }
  describe.skip(name, () => it(wanted, suite));
}

/** An image of busybox alone, made here: nothing is pulled. */
export function importImage(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'logweir-image-'));
  mkdirSync(path.join(root, 'bin'));
  copyFileSync(BUSYBOX, path.join(root, 'bin/busybox'));
  chmodSync(path.join(root, 'bin/busybox'), 0o755);
  for (const name of ['sh', 'cat', 'sleep', 'printf', 'head', 'tr', 'seq', 'yes']) symlinkSync('busybox', path.join(root, 'bin', name));
  execFileSync('sh', ['-c', `tar -C ${root} -c . | docker import - ${IMAGE}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  return IMAGE;
}

/** Options every test container needs: with the fluentd driver, endless retries would make `docker rm` hang. */
export function fluentd(address: string, extra: Readonly<Record<string, string>> = {}): string[] {
  const options = { 'fluentd-address': address, 'fluentd-max-retries': '30', 'fluentd-retry-wait': '200ms', ...extra };
  return [
    '--network=none',
    '--log-driver=fluentd',
    ...Object.entries(options).flatMap(([name, value]) => ['--log-opt', `${name}=${value}`]),
  ];
}
