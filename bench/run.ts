/**
 * One file per question: `npm run bench -- <question> [options]`. Each question is a program of its own, started in a
 * fresh process, so that none measures what another left behind.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Not questions: what the questions share. */
const PARTS = new Set([
  'run',
  'rig',
  'acks',
  'log-records',
  'deliveries',
  'alert-rules',
  'alert-hub',
  'alert-delay',
  'alert-groups',
  'fuzz-targets',
  'fuzz-behind',
]);

const [question = '', ...options] = process.argv.slice(2);
const program = join(import.meta.dirname, `${question}.js`);

if (!/^[a-z-]+$/.test(question) || PARTS.has(question) || !existsSync(program)) {
  const questions = readdirSync(import.meta.dirname)
    .flatMap((name) => (name.endsWith('.js') ? [name.slice(0, -3)] : []))
    .filter((name) => !PARTS.has(name));
  console.error(`usage: npm run bench -- <${questions.join('|')}> [options]`);
  process.exitCode = 2;
} else {
  process.exitCode = spawnSync(process.execPath, ['--expose-gc', program, ...options], { stdio: 'inherit' }).status ?? 1;
}
