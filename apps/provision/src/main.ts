/**
 * Sets up the servers beside Logweir, once or again at every start:
 *
 *   main.js elasticsearch [--rotate-key]   password of Kibana, least role, API key, templates
 *   main.js kibana                         data view, saved searches, dashboard
 *   main.js objects                        what `kibana` would import, as a file on stdout
 *
 * Exit code: 0 all is as it should be, 1 something could not be done, 2 the command or the settings cannot be read.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { ConfigError, loadSettings, type Settings } from '#libs/config';
import { readOptional } from '#libs/disk';
import { Patience } from './patience.js';
import { provisionElasticsearch } from './provision-elasticsearch.js';
import { kibanaObjects, provisionKibana } from './provision-kibana.js';

const USAGE = 'usage: main.js elasticsearch [--rotate-key] | kibana | objects';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

process.exitCode = await run(process.argv.slice(2));

async function run(words: readonly string[]): Promise<number> {
  try {
    switch (words.join(' ')) {
      case 'elasticsearch':
      case 'elasticsearch --rotate-key':
        await provisionElasticsearch(options(), { rotateKey: words.length > 1 });
        return 0;
      case 'kibana':
        await provisionKibana(options());
        return 0;
      case 'objects':
        process.stdout.write(kibanaObjects(options().settings));
        return 0;
      default:
        process.stderr.write(`${USAGE}\n`);
        return 2;
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

function options() {
  const settings: Settings = loadSettings({ env: process.env, readFile: readOptional });
  const patience = new Patience({ timeoutMs: settings.provision.timeout, now: Date.now, wait: (ms) => wait(ms), say });
  return { settings, patience, say, now: Date.now };
}
