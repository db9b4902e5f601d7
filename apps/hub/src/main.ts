import { parseArgs } from 'node:util';
import { loadSettings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { runService } from '#libs/service';
import { startHub } from './hub.js';

await runService(process, async () => {
  const { values } = parseArgs({ options: { demo: { type: 'boolean', default: false } } });
  const settings = loadSettings({ env: process.env, readFile: readOptional });
  return startHub({ settings, write: (line) => process.stderr.write(line), now: Date.now, env: process.env, demo: values.demo });
});
