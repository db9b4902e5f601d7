import { loadSettings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { runKeys } from './keys/key-command.js';

const { env, argv } = process;
process.exitCode = await runKeys(argv.slice(2), {
  openSettings: () => loadSettings({ env, readFile: readOptional }),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  now: Date.now,
});
