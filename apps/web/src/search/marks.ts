import type { Piece } from './ansi.js';

/** A longer line is shown, but not searched for what to mark: one of 19 M characters would hold the page for seconds. */
const LONGEST_MARKED = 20_000;

export interface MarkedPiece extends Piece {
  readonly marked: boolean;
}

/** Cuts pieces where `mark` begins and ends, whatever its case, also across pieces. */
export function markPieces(pieces: readonly Piece[], mark: string): MarkedPiece[] {
  const text = pieces.map((piece) => piece.text).join('');
  const found = mark.trim() === '' || text.length > LONGEST_MARKED ? [] : occurrences(text, mark);
  const marked: MarkedPiece[] = [];
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.text.length;
    for (const [from, to, isMarked] of cuts(at, end, found)) {
      marked.push({ text: text.slice(from, to), classes: piece.classes, marked: isMarked });
    }
    at = end;
  }
  return marked;
}

function occurrences(text: string, mark: string): [number, number][] {
  // Case is folded by the expression, not by lower-casing, which can change the length of a text.
  const pattern = new RegExp(mark.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  return [...text.matchAll(pattern)].map(({ index, 0: { length } }) => [index, index + length]);
}

function* cuts(from: number, to: number, found: readonly (readonly [number, number])[]): Generator<[number, number, boolean]> {
  let at = from;
  for (const [start, end] of found) {
    if (end <= at || start >= to) continue;
    if (start > at) yield [at, start, false];
    yield [Math.max(at, start), Math.min(end, to), true];
    at = Math.min(end, to);
  }
  if (at < to) yield [at, to, false];
}
