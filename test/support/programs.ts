import { spawn, spawnSync } from 'node:child_process';

/** Programs that a suite runs, and the Debian packages that have them. */
const PACKAGES = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  amtool: 'prometheus-alertmanager',
  'prometheus-alertmanager': 'prometheus-alertmanager',
};

export type Program = keyof typeof PACKAGES;

/** Runs the suite where all programs are in the PATH; else skips it with a line, or fails where `LOGWEIR_REQUIRE_SERVERS=1`. */
export function describeWithPrograms(programs: readonly Program[], name: string, suite: () => void): void {
  const missing = programs.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const wanted = `needs ${missing.join(', ')} in the PATH (Debian: apt-get install ${[...new Set(missing.map((program) => PACKAGES[program]))].join(' ')})`;
  if (process.env['LOGWEIR_REQUIRE_SERVERS'] === '1') {
    it(`${name} needs programs`, () => {
      throw new Error(wanted);
    });
    return;
  }
  process.stderr.write(`skipped: ${name}: ${wanted}\n`);
  describe.skip(name, suite);
}

export interface Ended {
  readonly code: number | null;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Runs a program to its end. */
export function runProgram(program: Program, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    // It may end without reading all of it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
