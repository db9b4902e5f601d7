import type { Query, RegexSearch } from '#libs/query';

/** What built-in patterns find, in the order in which they are tried. */
export const PATTERNS = ['url_password', 'token', 'card', 'email'] as const;
export type PatternName = (typeof PATTERNS)[number];

/** `mask` keeps the shape, `hash` gives equal values equal marks, `remove` leaves nothing. */
export const ACTIONS = ['mask', 'hash', 'remove'] as const;
export type Action = (typeof ACTIONS)[number];

interface Named {
  readonly name: string;
}

/** Without patterns and expression the whole value of its fields goes; with them and without fields, all fields are searched. */
export interface RedactFilter extends Named {
  readonly kind: 'redact';
  readonly patterns: readonly PatternName[];
  readonly regex?: RegexSearch;
  /** Full names; a last `*` stands for anything. */
  readonly fields: readonly string[];
  readonly action: Action;
}

export interface DropFilter extends Named {
  readonly kind: 'drop';
  readonly where: Query;
}

export interface SampleFilter extends Named {
  readonly kind: 'sample';
  readonly where: Query;
  /** One in this many is kept. */
  readonly keep: number;
}

export type Filter = RedactFilter | DropFilter | SampleFilter;
