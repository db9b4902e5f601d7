import type { Client } from './client.js';
import type { Output } from './output.js';
import type { World } from './world.js';

/** One option of a command: parsing, help and completion come from this. */
export interface Option {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  readonly repeats?: true;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** As the help shows them: `<container>`, `[file...]`. */
  readonly operands: string;
  readonly least: number;
  readonly most: number;
  readonly options: readonly Option[];
  /** Shown below the options. */
  readonly examples: readonly string[];
  run(call: Call): Promise<number>;
}

/** A command as somebody typed it, with what it works with. */
export interface Call {
  readonly operands: readonly string[];
  readonly given: Given;
  readonly client: Client;
  readonly output: Output;
  readonly world: World;
}

/** Values of options, checked against their table. */
export interface Given {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  is(name: string): boolean;
  /** Throws `CliError` when it is not a whole number from 0 on. */
  number(name: string): number | undefined;
}
