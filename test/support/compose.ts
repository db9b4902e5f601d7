import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');
const WANTED = 'needs Docker Compose v2: in the PATH as `docker compose`, or DOCKER_COMPOSE=$(test/compose/prepare)';
const WANTED_IMAGES = `${WANTED}, and the images that test/compose/prepare makes in a Docker Engine (Debian: apt-get install docker.io debootstrap)`;

/** The program as words; `DOCKER_COMPOSE` is the path of one that is no plugin of docker. */
const program = process.env['DOCKER_COMPOSE'] ? [process.env['DOCKER_COMPOSE']] : ['docker', 'compose'];

function works(command: readonly string[], ...args: readonly string[]): boolean {
  const [name = '', ...words] = command;
  return spawnSync(name, [...words, ...args], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Runs the suite where there is a Compose, which need not reach an Engine. */
export function describeWithCompose(name: string, suite: () => void): void {
  describeOrSkip(name, works(program, 'version') ? undefined : WANTED, suite);
}

/** Runs the suite where the stand-in images are in the Docker Engine, so that services can be started. */
export function describeWithStandIns(name: string, suite: () => void): void {
  const ready = works(program, 'version') && works(['docker'], 'image', 'inspect', 'logweir-test-elasticsearch');
  describeOrSkip(name, ready ? undefined : WANTED_IMAGES, suite);
}

function describeOrSkip(name: string, missing: string | undefined, suite: () => void): void {
  if (missing === undefined) {
    describe(name, suite);
  } else if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    it(`${name} needs Docker Compose`, () => {
      throw new Error(missing);
    });
  } else {
    process.stderr.write(`skipped: ${name}: ${missing}\n`);
    describe.skip(name, suite);
  }
}

export interface ComposeOptions {
  readonly project: string;
  /** Relative to the repository. */
  readonly files: readonly string[];
  /** What .env would say; none is read. */
  readonly env: Readonly<Record<string, string>>;
}

/** One project: docker compose with its files and variables. */
export class Compose {
  constructor(private readonly options: ComposeOptions) {}

  /** Rejects with what it said on stderr when it fails. */
  async run(...args: readonly string[]): Promise<string> {
    const { project, files, env } = this.options;
    const [name = '', ...words] = program;
    const given = ['--project-name', project, '--env-file', '/dev/null', ...files.flatMap((file) => ['--file', file]), ...args];
    const { PATH = '', HOME = '', DOCKER_HOST, DOCKER_CONFIG } = process.env;
    const engine = { ...(DOCKER_HOST && { DOCKER_HOST }), ...(DOCKER_CONFIG && { DOCKER_CONFIG }) };
    // BuildKit inside Compose: no plugin of docker is needed.
    const all = { PATH, HOME, ...engine, COMPOSE_BAKE: 'false', ...env };
    const { stdout } = await run(name, [...words, ...given], { cwd: ROOT, env: all, maxBuffer: 1 << 26 });
    return stdout.trim();
  }

  /** Id of a service's container, also of one that has ended. */
  container(service: string): Promise<string> {
    return this.run('ps', '--all', '--quiet', service);
  }

  /** What a service wrote on stdout and stderr, line by line. */
  async lines(service: string): Promise<string[]> {
    return (await this.run('logs', '--no-log-prefix', '--no-color', service)).split('\n').filter((line) => line !== '');
  }
}
