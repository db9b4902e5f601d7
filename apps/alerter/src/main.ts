import { loadSettings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { runService } from '#libs/service';
import { startAlone } from './alone.js';

await runService(process, async () => {
  const settings = loadSettings({ env: process.env, readFile: readOptional });
  return startAlone({ settings, write: (line) => process.stderr.write(line), now: Date.now, env: process.env });
});
