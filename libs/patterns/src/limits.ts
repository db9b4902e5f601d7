/** Characters of a message that are looked at: what tells two log statements apart comes early, and the time is bounded by it. */
export const MAX_SCANNED = 512;

/** Characters between two quotes or brackets; a quote without its end within them is an apostrophe, or the text was cut. */
export const MAX_QUOTED = 256;

/**
 * Ids kept by the shape of their messages: some 600 KiB, and enough for the shapes of a few dozen programs. A power of two.
 */
export const MAX_KEPT = 8_192;

/** Longest message in characters whose id is kept by its shape: within it no limit above can depend on how many digits there are. */
export const MAX_SHAPE = 256;
