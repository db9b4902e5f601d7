/** Colours of a terminal as class names. Nothing of a line is ever HTML: pieces are text, and classes are ours. */
export interface Piece {
  readonly text: string;
  /** `bold`, `red`, `bright-blue`, `on-red`, …; empty for plain text. */
  readonly classes: readonly string[];
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
const STYLES: Readonly<Record<number, string>> = { 1: 'bold', 2: 'faint', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'struck' };
/** What ends a style; 22 ends both bold and faint. */
const ENDS: Readonly<Record<number, readonly string[]>> = {
  22: ['bold', 'faint'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['struck'],
};

/** Select Graphic Rendition, then every other control sequence, which a page has no use for. */
const SEQUENCES = /\x1b\[([\d;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]/g;

/** Splits a line at its colour codes. Each piece knows all that was switched on before it. */
export function parseAnsi(line: string): Piece[] {
  const pieces: Piece[] = [];
  let style = new Style();
  let at = 0;
  const put = (end: number): void => {
    if (end > at) pieces.push({ text: line.slice(at, end), classes: style.classes() });
  };
  for (const match of line.matchAll(SEQUENCES)) {
    put(match.index);
    at = match.index + match[0].length;
    if (match[1] !== undefined) style = style.after(match[1]);
  }
  put(line.length);
  return pieces;
}

class Style {
  constructor(
    private readonly on: ReadonlySet<string> = new Set(),
    private readonly foreground = '',
    private readonly background = '',
  ) {}

  classes(): string[] {
    return [...this.on, this.foreground, this.background && `on-${this.background}`].filter(Boolean);
  }

  after(parameters: string): Style {
    const codes = parameters.split(/[;:]/).map((code) => Number(code || '0'));
    const on = new Set(this.on);
    let { foreground, background } = this;
    while (codes.length > 0) {
      const code = codes.shift() ?? 0;
      const name = STYLES[code];
      if (code === 0) {
        on.clear();
        foreground = background = '';
      } else if (name !== undefined) on.add(name);
      else if (ENDS[code] !== undefined) ENDS[code].forEach((ended) => on.delete(ended));
      else if (isForeground(code)) foreground = colour(code, codes);
      else if (isForeground(code - 10)) background = colour(code - 10, codes);
    }
    return new Style(on, foreground, background);
  }
}

function isForeground(code: number): boolean {
  return (code >= 30 && code <= 39) || (code >= 90 && code <= 97);
}

/** 39 is the default colour; 38 takes its colour from the codes after it. */
function colour(code: number, rest: number[]): string {
  if (code === 39) return '';
  if (code !== 38) return named(code % 10, code >= 90);
  const kind = rest.shift();
  if (kind === 5) return ofPalette(rest.shift() ?? 0);
  if (kind === 2) return nearest(rest.splice(0, 3));
  return '';
}

function named(index: number, bright: boolean): string {
  return `${bright ? 'bright-' : ''}${COLOURS[index] ?? 'white'}`;
}

/** 16 names, a cube of 6 × 6 × 6, 24 greys. */
function ofPalette(index: number): string {
  if (index < 16) return named(index % 8, index >= 8);
  if (index >= 232) return nearest(Array.from({ length: 3 }, () => 8 + (index - 232) * 10));
  const cube = index - 16;
  return nearest([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => step * 51));
}

/** The name for a mixed colour: any colour would be unreadable on one of the two backgrounds, the names are not. */
function nearest([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const highest = Math.max(red, green, blue);
  const threshold = highest / 2;
  const index = (red > threshold ? 1 : 0) + (green > threshold ? 2 : 0) + (blue > threshold ? 4 : 0);
  return highest < 48 ? 'black' : named(index, highest > 191);
}
