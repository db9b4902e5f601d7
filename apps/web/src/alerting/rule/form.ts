import type { Placed } from './problems.js';
import type { Source } from './source.js';

/** What every field of the form needs. */
export interface Form {
  readonly source: Source;
  /** What is wrong, by field. */
  readonly placed: Placed;
  /** Another value at `count.over`; undefined takes it out. */
  readonly change: (path: string, value: unknown) => void;
  /** Another rule as a whole. */
  readonly replace: (source: Source) => void;
}
