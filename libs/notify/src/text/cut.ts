/**
 * Cutting to a service's limit. Limits of chat services count characters (runes), those of HTTP bodies bytes; text is cut
 * before it is escaped away, so that no escape sequence is ever cut in two.
 */

const ELLIPSIS = '…';

/** Lone halves of surrogate pairs become U+FFFD: no encoder may choke on what a log line held. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** At most `limit` runes of `text`; what was cut ends with an ellipsis. */
export function cutRunes(text: string, limit: number): string {
  return cutEscaped(text, limit, (rune) => rune);
}

/**
 * `text` with every rune escaped, in at most `limit` UTF-16 units of result counted as runes where they are single ones.
 * Stops at the limit, so that the cost does not grow with a text that is far too long.
 */
export function cutEscaped(text: string, limit: number, escape: (rune: string) => string): string {
  if (limit <= 0) return '';
  const pieces: string[] = [];
  let length = 0;
  let fitting = 0;
  for (const raw of text) {
    const piece = escape(isSurrogate(raw) ? '\ufffd' : raw);
    length += runesOf(piece);
    if (length > limit) return `${pieces.slice(0, fitting).join('')}${ELLIPSIS}`;
    pieces.push(piece);
    if (length <= limit - 1) fitting = pieces.length;
  }
  return pieces.join('');
}

const isSurrogate = (rune: string): boolean => rune.length === 1 && rune >= '\ud800' && rune <= '\udfff';

function runesOf(piece: string): number {
  if (piece.length === 1) return 1;
  let count = 0;
  for (const _ of piece) count += 1;
  return count;
}

/**
 * The first of the attempts that fits: `render` is asked for ever fewer parts, from `most` down to none. Its result for
 * none has to fit by its own limits.
 */
export function fitting<T>(most: number, render: (parts: number) => T, fits: (result: T) => boolean): T {
  for (let parts = most; parts > 0; parts = Math.floor(parts / 2)) {
    const result = render(parts);
    if (fits(result)) return result;
  }
  return render(0);
}
