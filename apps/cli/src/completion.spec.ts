import { spawnSync } from 'node:child_process';
import { completionScript } from './completion.js';
import { COMMANDS, EVERYWHERE } from './table.js';

const script = (shell: string): string => completionScript(shell, COMMANDS, EVERYWHERE) ?? '';

/** What bash offers for the last word. */
function complete(...words: readonly string[]): string[] {
  const call = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _logweir; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script('bash')}\n${call}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('completion in bash', () => {
  it('offers commands, options and fixed values', () => {
    expect(complete('logweir', 's')).toEqual(['search', 'send']);
    expect(complete('logweir', 'help', 'v')).toEqual(['validate']);
    expect(complete('logweir', 'logs', '--s')).toEqual(['--since', '--stream']);
    expect(complete('logweir', 'logs', '--stream', '')).toEqual(['stdout', 'stderr']);
    expect(complete('logweir', 'send', 'package.js')).toEqual(['package.json']);
  });

  it('knows every option of every command', () => {
    for (const { name, options } of COMMANDS) {
      const flags = [...options, ...EVERYWHERE].flatMap((option) => [...(option.short ? [`-${option.short}`] : []), `--${option.name}`]);
      expect(complete('logweir', name, '-').sort()).toEqual(flags.sort());
    }
  });
});

describe('completion in zsh', () => {
  it('has every option with its help, and quotes that close', () => {
    const text = script('zsh');
    expect(text).toContain("'--stream[only this one]:stream:(stdout stderr)'");
    for (const { options } of COMMANDS) for (const { name } of options) expect(text).toContain(`--${name}[`);
    for (const line of text.split('\n')) expect((line.match(/'/g) ?? []).length % 2).toBe(0);
  });
});
