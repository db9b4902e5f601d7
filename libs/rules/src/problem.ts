/** What is wrong in a rule or a filter: where it stands, which field, and what is allowed there. */
export interface Problem {
  readonly file?: string;
  /** From 1, like `column`; of files only. */
  readonly line?: number;
  readonly column?: number;
  /** Its name, where it has one, under what it is. */
  readonly rule?: string;
  readonly filter?: string;
  /** `count.over`; empty when it is about the whole. */
  readonly field: string;
  /** What is wrong and what to write instead, for a person. */
  readonly message: string;
  /** Characters into the text that stands in the field; of REST only. */
  readonly position?: number;
}

export type RuleProblem = Omit<Problem, 'filter'>;

/** `config/rules/api.yml:12:5: rule "api-errors", count.over: …` */
export function formatProblem(problem: Problem): string {
  const { file, line, column, rule, filter, field, message } = problem;
  const name = rule === undefined ? filter && `filter "${filter}"` : `rule "${rule}"`;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const subject = [name ?? '', field].filter((part) => part !== '').join(', ');
  return [place, subject, message].filter((part) => part !== '').join(': ');
}

export type Path = readonly (string | number)[];

/** A problem by its path in the value that was read; the file's reader makes a place of it. */
export interface Finding {
  readonly path: Path;
  /** It is about the key, not about what stands there. */
  readonly atKey?: boolean;
  /** Characters into the text that stands there. */
  readonly offset?: number;
  readonly message: string;
}

export function toProblem({ path, message, offset }: Finding, rule: string | undefined): RuleProblem {
  return { ...(rule === undefined ? {} : { rule }), field: path.join('.'), message, ...(offset === undefined ? {} : { position: offset }) };
}

/** Longest name that is compared: an edit distance costs by the product of both lengths. */
const MAX_COMPARED = 64;

/** `, did you mean "group_by"?` when one of the names is near; else which there are. */
export function suggest(typed: string, names: readonly string[]): string {
  const word = typed.slice(0, MAX_COMPARED).toLowerCase().replaceAll('-', '_');
  const distances = names.map((name) => distance(word, name.toLowerCase()) / Math.max(word.length, name.length));
  const nearest = Math.min(...distances);
  if (nearest <= 0.4) return `did you mean "${names[distances.indexOf(nearest)]}"?`;
  return `allowed: ${names.join(', ')}`;
}

/** Letters to change, add or leave out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
