import type { RangeOperator } from './ast.js';

/** `log.level`, least severe first. */
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** What people type for them. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  warning: 'warn',
  err: 'error',
  critical: 'fatal',
  crit: 'fatal',
  information: 'info',
};

/** A level as records hold it. */
export function levelName(text: string): string {
  const lower = text.toLowerCase();
  return Object.hasOwn(OTHER_NAMES, lower) ? (OTHER_NAMES[lower] ?? lower) : lower;
}

/** The levels on one side of another; undefined when that is none. */
export function levelsInRange(operator: RangeOperator, level: string): string[] | undefined {
  const index = LEVELS.indexOf(level);
  if (index === -1) return undefined;
  switch (operator) {
    case '>':
      return LEVELS.slice(index + 1);
    case '>=':
      return LEVELS.slice(index);
    case '<':
      return LEVELS.slice(0, index);
    default:
      return LEVELS.slice(0, index + 1);
  }
}
