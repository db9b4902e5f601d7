/**
 * The same question put to two builds in turns, because a machine that others use too is faster in one hour than in the next:
 * only runs that lie side by side can be compared.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median, table } from './rig.js';

export interface Turns {
  readonly question: string;
  readonly options: readonly string[];
  /** Folder of the other checkout, with its packages installed and `npm run build:bench` done. */
  readonly against: string;
  /** Runs of each build. */
  readonly times: number;
}

/** What one run printed: a name for each number, in the order of printing. */
type Figures = Map<string, number>;

/** Not those that belong to a word: `p95`. */
const NUMBER = /(?<![\w.])-?\d+(?:\.\d+)?/g;
/** A cell with one number, which may have a unit: `11.4 ms`. */
const FIGURE = /^(-?\d+(?:\.\d+)?)(?: \S+)?$/;
/** The line about the machine, whose numbers tell of no build. */
const MACHINE = /, Linux /;

/** Runs both builds `times` times, each first in every second round, and prints the medians with their spread. Returns the exit code. */
export function takeTurns({ question, options, against, times }: Turns): number {
  const builds = { before: resolve(against), now: resolve(import.meta.dirname, '../..') };
  const missing = Object.values(builds).find((folder) => !existsSync(join(folder, 'dist/bench/run.js')));
  if (missing !== undefined) {
    console.error(`--against: ${missing} has no dist/bench/run.js: run npm ci and npm run build:bench there`);
    return 2;
  }
  const seen: Record<keyof typeof builds, Figures[]> = { before: [], now: [] };
  for (let round = 0; round < times; round++) {
    const order = round % 2 === 0 ? (['before', 'now'] as const) : (['now', 'before'] as const);
    for (const build of order) {
      process.stderr.write(`round ${round + 1} of ${times}: ${build}\n`);
      const out = ask(builds[build], question, options);
      if (out === undefined) return 1;
      seen[build].push(figuresOf(out));
    }
  }
  console.log(`\n${question} ${options.join(' ')}: median of ${times} in turns (least to most)\n`);
  console.log(table(['figure', 'before', 'now', 'now ÷ before'], rows(seen.before, seen.now)));
  return 0;
}

function ask(folder: string, question: string, options: readonly string[]): string | undefined {
  const args = ['--expose-gc', join(folder, `dist/bench/${question}.js`), ...options];
  const { stdout, status, error } = spawnSync(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  // 1 says that a goal was missed: the figures are there all the same.
  if (status === 0 || (status === 1 && stdout !== '')) return stdout;
  console.error(`${question} in ${folder} ended with ${status ?? String(error)}\n${stdout}`);
  return undefined;
}

/** Numbers of tables are named by row and column, those of sentences by the words before them. */
export function figuresOf(out: string): Figures {
  const figures: Figures = new Map();
  let head: readonly string[] | undefined;
  for (const line of out.split('\n')) {
    if (!line.startsWith('|')) {
      head = undefined;
      if (!MACHINE.test(line)) addSentence(figures, line);
    } else if (head === undefined) head = cellsOf(line);
    else if (!line.startsWith('| ---')) addRow(figures, head, cellsOf(line));
  }
  return figures;
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

function addRow(figures: Figures, head: readonly string[], cells: readonly string[]): void {
  for (const [index, cell] of cells.entries()) {
    const figure = FIGURE.exec(cell)?.[1];
    if (index > 0 && figure !== undefined) add(figures, `${cells[0]}: ${head[index]}`, Number(figure));
  }
}

function addSentence(figures: Figures, line: string): void {
  let from = 0;
  for (const match of line.matchAll(NUMBER)) {
    add(figures, line.slice(from, match.index).replace(/^[\s;,:|(]+|\s+$/g, '') || 'beginning', Number(match[0]));
    from = match.index + match[0].length;
  }
}

/** The second figure of a name is another one. */
function add(figures: Figures, name: string, value: number): void {
  let unique = name;
  for (let again = 2; figures.has(unique); again++) unique = `${name} (${again})`;
  figures.set(unique, value);
}

function rows(before: readonly Figures[], now: readonly Figures[]): (string | number)[][] {
  return [...(now[0]?.keys() ?? [])].flatMap((name) => {
    const [old, current] = [valuesOf(before, name), valuesOf(now, name)];
    if (old.length === 0) return [];
    const ratio = median(current) / median(old);
    return [[name, spread(old), spread(current), Number.isFinite(ratio) ? ratio.toFixed(2) : '']];
  });
}

const valuesOf = (runs: readonly Figures[], name: string): number[] => runs.flatMap((figures) => figures.get(name) ?? []);

const spread = (values: readonly number[]): string => `${median(values)} (${Math.min(...values)} to ${Math.max(...values)})`;
