import type { Command, Option } from './command.js';
import { containers } from './commands/containers.js';
import { doctor } from './commands/doctor.js';
import { fields } from './commands/fields.js';
import { logs } from './commands/logs.js';
import { patterns } from './commands/patterns.js';
import { search } from './commands/search.js';
import { send } from './commands/send.js';
import { tail } from './commands/tail.js';
import { validate } from './commands/validate.js';
import { completionScript, SHELLS } from './completion.js';
import { CliError, EXIT } from './exit.js';

/** Options that every command has. */
export const EVERYWHERE: readonly Option[] = [
  { name: 'url', value: '<url>', help: 'of the API (LOGWEIR_URL, http://127.0.0.1:4280)' },
  { name: 'key', value: '<key>', help: 'API key (LOGWEIR_KEY, or a file: LOGWEIR_KEY_FILE)' },
  { name: 'help', short: 'h', help: 'this' },
];

const completion: Command = {
  name: 'completion',
  summary: 'A script that completes commands and options',
  operands: `<${SHELLS.join('|')}>`,
  least: 1,
  most: 1,
  options: [],
  examples: ['source <(logweir completion bash)', 'logweir completion zsh > "${fpath[1]}/_logweir"'],
  async run({ operands, output }) {
    const script = completionScript(operands[0] ?? '', COMMANDS, EVERYWHERE);
    if (script === undefined) throw new CliError(EXIT.usage, `completion: ${SHELLS.join(' or ')}`);
    await output.write(script);
    return EXIT.found;
  },
};

/** Every command there is: help, parsing, completion and docs/cli.md come from here. */
export const COMMANDS: readonly Command[] = [search, tail, logs, containers, fields, patterns, send, validate, doctor, completion];
