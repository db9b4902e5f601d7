import type { Stream, World } from './world.js';

type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold';

const CODES: Readonly<Record<Colour, string>> = { red: '31', yellow: '33', green: '32', dim: '2', bold: '1' };
const OF_LEVEL: Readonly<Record<string, Colour>> = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  info: 'green',
  debug: 'dim',
  trace: 'dim',
};

/** What a terminal would take for a command: a log line must not move its cursor or write its clipboard. */
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Writes at the reader's pace. Colours only on a terminal, and not where NO_COLOR is set. */
export class Output {
  readonly hasColours: boolean;
  private readonly out: Stream;
  private readonly errors: Stream;

  constructor({ stdout, stderr, env }: Pick<World, 'stdout' | 'stderr' | 'env'>) {
    this.out = stdout;
    this.errors = stderr;
    this.hasColours = stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (text.length > 0 && !this.out.write(text)) await new Promise<void>((resolve) => void this.out.once('drain', resolve));
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** Beside what was asked for: never among it. */
  note(text: string): void {
    this.errors.write(`${text}\n`);
  }

  colour(text: string, colour: Colour | undefined): string {
    return colour === undefined || !this.hasColours ? text : `\u001b[${CODES[colour]}m${text}\u001b[0m`;
  }

  ofLevel(text: string, level: string): string {
    return this.colour(text, OF_LEVEL[level]);
  }
}

/** Text of a record as a terminal may see it. */
export function plain(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}
