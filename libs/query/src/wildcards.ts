import {
  CONNECTOR,
  DIGIT,
  EMOJI,
  EXTEND,
  FLAG_LETTER,
  IDEOGRAPH,
  KATAKANA,
  kindOf,
  LETTER,
  HEBREW,
  OTHER,
  SOUTH_EAST_ASIAN,
} from './word-break.js';
import { tokenise } from './tokeniser.js';

/** Whether `text` is the parts in order with anything between them. */
export function wildcardMatches(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts[parts.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/**
 * A wildcard on text, cut where a token must end: `/api/v1/*` is `api` and `v1`; `conn*-ref*` is `conn*` and `ref*`.
 * Each piece is the literal texts between `*`s, in lower case; pieces of stars only say nothing and are left out.
 */
export function tokenPieces(parts: readonly string[]): string[][] {
  const pieces: string[][] = [['']];
  for (const [index, part] of parts.entries()) {
    if (index > 0) pieces.at(-1)?.push('');
    for (const char of part) add(pieces, char);
  }
  return pieces.map(trimmed).filter((piece) => piece.some((part) => part !== ''));
}

function add(pieces: string[][], char: string): void {
  const kind = kindOf(char.codePointAt(0) ?? 0);
  const piece = pieces.at(-1);
  if (piece === undefined) return;
  if (kind === OTHER) {
    pieces.push(['']);
    return;
  }
  const begun = piece.some((part) => part !== '');
  if (kind === IDEOGRAPH && begun) {
    pieces.push([char]);
    return;
  }
  piece[piece.length - 1] += tokenise(char)[0] ?? char;
}

const ALONE = new Set([LETTER, DIGIT, KATAKANA, IDEOGRAPH, SOUTH_EAST_ASIAN, HEBREW, EMOJI, FLAG_LETTER, CONNECTOR, EXTEND]);

/** Without the punctuation at its ends that no token can begin or end with, unless a `*` goes on there. */
function trimmed(piece: readonly string[]): string[] {
  const parts = [...piece];
  const first = [...(parts[0] ?? '')];
  while (first[0] !== undefined && !ALONE.has(kindOf(first[0].codePointAt(0) ?? 0))) first.shift();
  parts[0] = first.join('');
  const last = [...(parts.at(-1) ?? '')];
  while (last.length > 0 && !ALONE.has(kindOf(last.at(-1)?.codePointAt(0) ?? 0))) last.pop();
  parts[parts.length - 1] = last.join('');
  return parts;
}
