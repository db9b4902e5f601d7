/** Characters of a query: far above what people type, and small enough that parsing takes well under a millisecond per kilobyte. */
export const MAX_QUERY_LENGTH = 16_384;

/** Nesting of brackets and negations: the parser and the back ends recurse once per level; Elasticsearch stops at 30 clauses deep per `bool` only far above it. */
export const MAX_DEPTH = 64;

/** Leaves of a query: half of Lucene's smallest default for boolean clauses (1024), as one leaf can become two there. */
export const MAX_CLAUSES = 512;

/** Characters of one regular expression: Lucene's own default limit is 1000 (`index.max_regex_length`). */
export const MAX_REGEX_LENGTH = 256;

/** Steps of a compiled regular expression once `{n,m}` is written out: bounds memory and the time per character. */
export const MAX_REGEX_STEPS = 1_000;

/** Nesting of groups in a regular expression: its parser recurses once per level. */
export const MAX_REGEX_DEPTH = 16;

/** `*`s in one value: each costs one search through the text. */
export const MAX_WILDCARDS = 16;
