import { runCli } from './cli.js';
import type { World } from './world.js';

interface Typed {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function type(args: readonly string[], env: World['env'] = {}): Promise<Typed> {
  const written = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array): boolean => ((written[name] += Buffer.from(text).toString()), true),
    once: () => undefined,
  });
  const code = await runCli(args, {
    env,
    stdin: (async function* () {})(),
    stdout: stream('out'),
    stderr: stream('err'),
    version: () => '1.2.3',
    readFile: (path) => {
      throw new Error(`no ${path}`);
    },
    openFile: () => (async function* () {})(),
    signal: new AbortController().signal,
    exec: async (program, given) => (written.out += [program, ...given].join(' ')).length,
  });
  return { code, ...written };
}

describe('what is typed', () => {
  it('asks for help, and gets all commands and exit codes', async () => {
    for (const args of [['help'], ['--help'], ['-h']]) {
      const { code, out } = await type(args);
      expect(code).toBe(0);
      expect(out).toMatch(/search \[query\.\.\.\] +Records that match/);
      expect(out).toMatch(/3 +nobody answers at the address/);
    }
  });

  it('asks for the help of one command, and gets its options', async () => {
    for (const args of [
      ['logs', '--help'],
      ['help', 'logs'],
      ['logs', 'web', '-h'],
    ]) {
      const { code, out } = await type(args);
      expect(code).toBe(0);
      expect(out).toMatch(/-n, --tail <lines> +so many lines from the end/);
      expect(out).toMatch(/--stream <stream> +only this one: stdout or stderr/);
    }
  });

  it.each([
    [[], 'logweir <command> --help'],
    [['serach'], 'there is no command "serach"'],
    [['logs'], 'logs needs <container>'],
    [['logs', 'a', 'b'], 'logs takes <container>; "b" is too many'],
    [['logs', 'a', '--stream', 'both'], '--stream: "both" is none of stdout, stderr'],
    [['search', '--wat'], "Unknown option '--wat'"],
    [['search', '--limit', 'x'], '--limit: "x" is not a whole number'],
    [['search', '--url', 'nowhere'], '--url: "nowhere" is no address'],
    [['completion', 'fish'], 'completion: bash or zsh'],
  ])('is wrong: %j', async (args, message) => {
    const { code, err, out } = await type(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  it('names a file of the key that cannot be read', async () => {
    expect(await type(['search'], { LOGWEIR_KEY_FILE: '/k' })).toMatchObject({ code: 2, err: 'logweir: LOGWEIR_KEY_FILE: no /k\n' });
  });

  it('cannot reach anybody', async () => {
    const { code, err } = await type(['search'], { LOGWEIR_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(3);
    expect(err).toMatch(/^logweir: http:\/\/127\.0\.0\.1:1 cannot be reached: /);
  });

  it('runs the doctor with its own exit code', async () => {
    expect(await type(['doctor', '--json'])).toMatchObject({ code: 'doctor --json'.length, out: 'doctor --json' });
  });

  it('asks for the version', async () => {
    expect(await type(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });
});
