/** What a script can tell by; told in `logweir help` and docs/cli.md. */
export const EXIT = {
  found: 0,
  nothing: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  broken: 5,
  interrupted: 130,
} as const;

export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.found, 'found, or done'],
  [EXIT.nothing, 'nothing found; a query that is not valid'],
  [EXIT.usage, 'wrong options or operands'],
  [EXIT.unreachable, 'nobody answers at the address'],
  [EXIT.refused, 'refused: key, query, a limit, or the store is away'],
  [EXIT.broken, 'the answer broke off: what was printed is not all'],
  [EXIT.interrupted, 'interrupted'],
];

/** Ends the command with a message for a person. */
export class CliError extends Error {
  constructor(
    readonly exitCode: number,
    message: string,
    /** The same may be taken later. */
    readonly isLater = false,
  ) {
    super(message);
  }
}
