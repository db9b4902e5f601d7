import type { Problem } from '../../api/client.js';

/** What is wrong, by the field of the form that it is about. */
export interface Placed {
  readonly at: (field: string) => readonly Problem[];
  /** What is about the whole, or about something that only the source has. */
  readonly elsewhere: readonly Problem[];
}

/** `count.over` belongs to the field `count.over`, or where there is none to `count`. */
export function place(problems: readonly Problem[], fields: readonly string[]): Placed {
  const homes = new Map(problems.map((problem) => [problem, homeOf(problem.field, fields)]));
  return {
    at: (field) => problems.filter((problem) => homes.get(problem) === field),
    elsewhere: problems.filter((problem) => homes.get(problem) === undefined),
  };
}

function homeOf(field: string, fields: readonly string[]): string | undefined {
  for (let path = field; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    if (fields.includes(path)) return path;
  }
  return undefined;
}
