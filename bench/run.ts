/**
 * One file per question: `npm run bench -- <question> [options]`. Each question is a program of its own, started in a
 * fresh process, so that none measures what another left behind. `--against <folder>`: in turns with the build of another
 * checkout, `--times` (3) runs of each.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { takeTurns } from './turns.js';

/** Not questions: what the questions share. */
const PARTS = new Set([
  'run',
  'rig',
  'turns',
  'acks',
  'log-records',
  'deliveries',
  'alert-rules',
  'alert-hub',
  'alert-delay',
  'alert-groups',
  'fuzz-targets',
  'fuzz-behind',
  'tail-queries',
]);

const [question = '', ...rest] = process.argv.slice(2);
const { against, times, options } = turnsOf(rest);
const program = join(import.meta.dirname, `${question}.js`);

if (!/^[a-z-]+$/.test(question) || PARTS.has(question) || !existsSync(program)) {
  const questions = readdirSync(import.meta.dirname)
    .flatMap((name) => (name.endsWith('.js') ? [name.slice(0, -3)] : []))
    .filter((name) => !PARTS.has(name));
  console.error(`usage: npm run bench -- <${questions.join('|')}> [options] [--against <folder> [--times 3]]`);
  process.exitCode = 2;
} else if (against !== undefined) {
  process.exitCode = takeTurns({ question, options, against, times });
} else {
  process.exitCode = spawnSync(process.execPath, ['--expose-gc', program, ...options], { stdio: 'inherit' }).status ?? 1;
}

/** The two options about turns, and what is left for the question. */
function turnsOf(args: readonly string[]): { against: string | undefined; times: number; options: string[] } {
  const options = [...args];
  const take = (name: string): string | undefined => {
    const at = options.indexOf(name);
    return at < 0 ? undefined : options.splice(at, 2)[1];
  };
  return { against: take('--against'), times: Math.max(1, Number(take('--times') ?? 3) || 3), options };
}
