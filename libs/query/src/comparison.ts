import type { RangeOperator } from './ast.js';

/** Whether a difference (left − right) fits an operator. */
export type Comparison = (difference: number) => boolean;

export function comparison(operator: RangeOperator | '='): Comparison {
  switch (operator) {
    case '>':
      return (difference) => difference > 0;
    case '>=':
      return (difference) => difference >= 0;
    case '<':
      return (difference) => difference < 0;
    case '<=':
      return (difference) => difference <= 0;
    case '=':
      return (difference) => difference === 0;
  }
}

/** Order of UTF-8 bytes, as Lucene and DuckDB compare: unlike JavaScript's, surrogate pairs come last. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return weight(a) - weight(b);
  }
  return left.length - right.length;
}

function weight(unit: number): number {
  return unit >>> 11 === 0x1b ? unit + 0x10000 : unit;
}
