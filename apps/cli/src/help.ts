import type { Command, Option } from './command.js';
import { EXIT_MEANINGS } from './exit.js';

const indent = (lines: readonly string[]): string => lines.map((line) => `  ${line}\n`).join('');

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return indent(rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`));
}

/** `-n, --limit <records>` */
export function optionText({ name, short, value }: Option): string {
  return [short === undefined ? '    ' : `-${short}, `, `--${name}`, value === undefined ? '' : ` ${value}`].join('');
}

const helpText = ({ help, choices }: Option): string => (choices === undefined ? help : `${help}: ${choices.join(' or ')}`);

export function usageOf({ name, operands }: Command): string {
  return ['logweir', name, '[options]', operands].filter((part) => part !== '').join(' ');
}

export function optionRows(options: readonly Option[]): readonly (readonly [string, string])[] {
  return options.map((option) => [optionText(option), helpText(option)]);
}

/** Of one command. */
export function commandHelp(command: Command, everywhere: readonly Option[]): string {
  const { summary, options, examples } = command;
  return `${summary}.\n\n  ${usageOf(command)}\n\n${table(optionRows([...options, ...everywhere]))}\n${indent(examples)}`;
}

/** Of all. */
export function overview(commands: readonly Command[]): string {
  const listed = commands.map(({ name, operands, summary }) => [`${name} ${operands}`.trim(), summary] as const);
  const codes = EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning] as const);
  return `logweir: search and follow logs from a terminal.\n\n${table(listed)}\n  logweir <command> --help tells its options.\n\nExit codes:\n${table(codes)}`;
}
