import { z } from 'zod';

/** One of these words, in any case. */
export function enumeration<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.trim().toLowerCase() : value),
    z.enum(words, { error: `one of ${words.join(', ')}` }),
  );
}
