import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Command, Given, Option } from './command.js';
import { CliError, EXIT } from './exit.js';

export interface Parsed {
  readonly operands: readonly string[];
  readonly given: Given;
}

/** Throws `CliError` for what the tables of options do not know. */
export function parseCall(command: Command, options: readonly Option[], args: readonly string[]): Parsed {
  const { values, positionals } = parse(options, args);
  for (const { name, choices } of options) {
    const value = values[name];
    if (choices !== undefined && typeof value === 'string' && !choices.includes(value)) {
      throw new CliError(EXIT.usage, `--${name}: "${value}" is none of ${choices.join(', ')}`);
    }
  }
  if (positionals.length < command.least) throw new CliError(EXIT.usage, `${command.name} needs ${command.operands}`);
  if (positionals.length > command.most) {
    throw new CliError(EXIT.usage, `${command.name} takes ${command.operands || 'no operand'}; "${positionals.at(-1)}" is too many`);
  }
  return { operands: positionals, given: givenOf(values) };
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

function parse(options: readonly Option[], args: readonly string[]): { values: Values; positionals: string[] } {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const { name, short, value, repeats } of options) {
    config[name] = { type: value === undefined ? 'boolean' : 'string', ...(short && { short }), ...(repeats && { multiple: true }) };
  }
  try {
    return parseArgs({ args: [...args], options: config, allowPositionals: true });
  } catch (error) {
    // Node goes on about "--", which helps nobody here.
    throw new CliError(EXIT.usage, (error as Error).message.split('. ', 1)[0] ?? '');
  }
}

function givenOf(values: Values): Given {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    text,
    texts: (name) => {
      const value = values[name];
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
    is: (name) => values[name] === true,
    number: (name) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,15}$/.test(value)) throw new CliError(EXIT.usage, `--${name}: "${value}" is not a whole number`);
      return Number(value);
    },
  };
}
