#!/usr/bin/env node
/** `logweir <command>`: what the REST API can do, in a terminal. `logweir help` and docs/cli.md tell all of it. */
import { spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli.js';
import { EXIT } from './exit.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (interrupted.signal.aborted ? process.exit(EXIT.interrupted) : interrupted.abort()));
}
// `logweir logs web | head`: whoever reads has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.found : EXIT.broken));

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  version: () => (JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { version: string }).version,
  readFile: (path) => readFileSync(path, 'utf8'),
  openFile: (path) => createReadStream(path),
  signal: interrupted.signal,
  exec: (program, args) =>
    new Promise((resolve, reject) => {
      const main = fileURLToPath(new URL(`../../${program}/src/main.js`, import.meta.url));
      const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? EXIT.broken));
    }),
});
