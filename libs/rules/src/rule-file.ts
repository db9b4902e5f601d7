/** Rule files: see `list-file.ts`. */
import { MAX_LIST_FILE_LENGTH, parseListFile } from './list-file.js';
import { nameOf, readRule } from './parse-rule.js';
import type { RuleProblem } from './problem.js';
import type { Rule } from './rule.js';

export const MAX_RULE_FILE_LENGTH = MAX_LIST_FILE_LENGTH;
/** Rules of one file. */
export const MAX_RULES = 1_000;

export interface ParsedRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
}

/** Never throws. */
export function parseRules(text: string, { file }: { readonly file: string }): ParsedRules {
  const { items, problems } = parseListFile<Rule>(text, {
    file,
    noun: 'rule',
    max: MAX_RULES,
    nameOf,
    read: (value, line) => {
      const read = readRule(value, { kind: 'file', file, line });
      return 'rule' in read ? { item: read.rule } : read;
    },
  });
  return { rules: items, problems };
}
