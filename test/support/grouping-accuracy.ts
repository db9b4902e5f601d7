import { readFileSync } from 'node:fs';
import { Patterns } from '#libs/patterns';
import { type Arrival, type Event, Normaliser, RECORD_HEAD } from '#libs/record';

/**
 * How well patterns group lines that people have grouped. A line counts when its pattern holds exactly the lines of its label,
 * none more and none less (Zhu et al., Tools and Benchmarks for Automated Log Parsing, ICSE-SEIP 2019).
 */

interface Labelled {
  readonly format: string;
  readonly like: string;
  /** A text: lines of one record are apart by line ends. */
  readonly templates: readonly { readonly template: string; readonly lines: readonly string[] }[];
}

interface Line {
  readonly format: string;
  readonly label: string;
  readonly message: string;
  readonly pattern: string;
}

export interface FormatAccuracy {
  readonly format: string;
  readonly lines: number;
  readonly statements: number;
  readonly patterns: number;
  readonly right: number;
  /** Templates of the lines that are grouped wrongly. */
  readonly wrong: readonly string[];
}

const VECTORS = new URL('../vectors/patterns.json', import.meta.url);
const ARRIVAL: Arrival = { createdNs: 1_795_233_863_785_232_175n, source: 'forward' };
const FIELDS = Object.freeze({ container_id: 'c1', container_name: '/web-1', source: 'stdout' });
const patterns = new Patterns();

export function measure(): FormatAccuracy[] {
  const { formats } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { formats: readonly Labelled[] };
  const lines = formats.flatMap(linesOf);
  const byPattern = groupBy(lines, ({ pattern }) => pattern);
  const byLabel = groupBy(lines, ({ label }) => label);
  const isRight = ({ label, pattern }: Line) => sameLines(byLabel.get(label) ?? [], byPattern.get(pattern) ?? []);
  return formats.map(({ format }) => {
    const own = lines.filter((line) => line.format === format);
    const wrong = own.filter((line) => !isRight(line));
    return {
      format,
      lines: own.length,
      statements: new Set(own.map(({ label }) => label)).size,
      patterns: new Set(own.map(({ pattern }) => pattern)).size,
      right: own.length - wrong.length,
      wrong: [...new Set(wrong.map(({ message }) => patterns.templateOf(message)))],
    };
  });
}

/** The table of `docs/patterns.md`. */
export function accuracyTable(rows: readonly FormatAccuracy[]): string {
  const all = { ...rows[0], format: '**all**', ...sumOf(rows) };
  const line = ({ format, lines, statements, patterns: made, right }: Omit<FormatAccuracy, 'wrong'>) =>
    `| ${format} | ${lines} | ${statements} | ${made} | ${(right / lines).toFixed(2)} |`;
  return [
    '| format | lines | statements | patterns | grouping accuracy |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(line),
    line(all),
  ].join('\n');
}

export function sumOf(rows: readonly FormatAccuracy[]) {
  const sum = (name: 'lines' | 'statements' | 'patterns' | 'right') => rows.reduce((total, row) => total + row[name], 0);
  return { lines: sum('lines'), statements: sum('statements'), patterns: sum('patterns'), right: sum('right') };
}

function linesOf({ format, templates }: Labelled): Line[] {
  return templates.flatMap(({ template, lines }) =>
    lines.map((text) => {
      const { message, pattern } = recordOf(text);
      return { format, label: `${format}: ${template}`, message, pattern };
    }),
  );
}

/** As a node would store the line, or the lines that it joins. */
function recordOf(text: string): { message: string; pattern: string } {
  const normaliser = new Normaliser({
    node: 'node-1',
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  const event = (line: string): Event => ({ tag: 'web', seconds: 1_795_233_863, nanos: 0, text: line, fields: FIELDS });
  const lines = text.split('\n');
  const tail =
    lines.length === 1
      ? normaliser.normalise(event(text), ARRIVAL)
      : normaliser.join(
          lines.map((line) => normaliser.part(event(line), ARRIVAL)),
          '\n',
        );
  const record = JSON.parse(`${RECORD_HEAD}1${tail}`) as { message: string; log: { pattern: string } };
  return { message: record.message, pattern: record.log.pattern };
}

function sameLines(some: readonly Line[], others: readonly Line[]): boolean {
  return some.length === others.length && some.every((line) => others.includes(line));
}

function groupBy(lines: readonly Line[], key: (line: Line) => string): Map<string, Line[]> {
  const groups = new Map<string, Line[]>();
  for (const line of lines) groups.set(key(line), [...(groups.get(key(line)) ?? []), line]);
  return groups;
}
