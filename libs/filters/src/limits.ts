/** Filters of one node: each costs a look at every record. */
export const MAX_FILTERS = 100;
/** Names of filters that metrics tell apart since the start; more count as `other`, as files can be renamed for ever. */
export const MAX_METRIC_NAMES = 200;
/** Keys of JSON objects whose meaning is remembered; random keys would otherwise fill the memory. */
export const MAX_KEYS = 4_096;
/** Objects in objects that are read in JSON text; what is nested deeper is replaced as a whole. */
export const MAX_DEPTH = 64;
/** JSON text inside JSON text inside …: what is written deeper is searched as plain text. */
export const MAX_TEXTS_IN_TEXTS = 8;
/** `keep: 1 in …` */
export const MAX_KEEP = 1_000_000;
/** Field names of one filter. */
export const MAX_FIELDS = 64;
