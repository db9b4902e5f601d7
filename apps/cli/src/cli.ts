import { Client } from './client.js';
import type { Given } from './command.js';
import type { World } from './world.js';
import { CliError, EXIT } from './exit.js';
import { commandHelp, overview } from './help.js';
import { Output } from './output.js';
import { parseCall } from './parse.js';
import { COMMANDS, EVERYWHERE } from './table.js';

const DEFAULT_URL = 'http://127.0.0.1:4280';

/** Runs what was typed; gives the exit code. */
export async function runCli(args: readonly string[], world: World): Promise<number> {
  const output = new Output(world);
  try {
    return await dispatch(args, world, output);
  } catch (error) {
    if (world.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError)) throw error;
    output.note(`logweir: ${error.message}`);
    return error.exitCode;
  }
}

async function dispatch(args: readonly string[], world: World, output: Output): Promise<number> {
  const [first = '', ...rest] = args;
  if (first === '' || ['help', '--help', '-h'].includes(first)) return help(rest[0], { output, isAsked: first !== '' });
  if (first === '--version') {
    await output.line(world.version());
    return EXIT.found;
  }
  const command = commandNamed(first);
  if (rest.includes('--help') || rest.includes('-h')) return help(first, { output, isAsked: true });
  const { operands, given } = parseCall(command, [...command.options, ...EVERYWHERE], rest);
  const url = given.text('url') ?? world.env['LOGWEIR_URL'] ?? DEFAULT_URL;
  if (!URL.canParse(url)) throw new CliError(EXIT.usage, `--url: "${url}" is no address such as ${DEFAULT_URL}`);
  const client = new Client({ url, key: keyOf(given, world), signal: world.signal });
  return command.run({ operands, given, client, output, world });
}

function commandNamed(name: string) {
  const command = COMMANDS.find((each) => each.name === name);
  if (command !== undefined) return command;
  throw new CliError(EXIT.usage, `there is no command "${name}"; there are ${COMMANDS.map((each) => each.name).join(', ')}`);
}

/** Without anything typed it is an error, and the help says what is missing. */
async function help(
  name: string | undefined,
  { output, isAsked }: { readonly output: Output; readonly isAsked: boolean },
): Promise<number> {
  const text = name === undefined ? overview(COMMANDS) : commandHelp(commandNamed(name), EVERYWHERE);
  if (isAsked) await output.write(text);
  else output.note(text.trimEnd());
  return isAsked ? EXIT.found : EXIT.usage;
}

function keyOf(given: Given, { env, readFile }: World): string | undefined {
  const key = given.text('key') ?? env['LOGWEIR_KEY'];
  if (key !== undefined) return key;
  const path = env['LOGWEIR_KEY_FILE'];
  if (path === undefined) return undefined;
  try {
    return readFile(path).trim();
  } catch (error) {
    throw new CliError(EXIT.usage, `LOGWEIR_KEY_FILE: ${(error as Error).message}`);
  }
}
