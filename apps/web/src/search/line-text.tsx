import { memo } from 'react';
import { parseAnsi } from './ansi.js';
import { markPieces } from './marks.js';

export interface LineTextProps {
  readonly text: string;
  /** The line as it came, where it had the colours of a terminal. */
  readonly original?: unknown;
  readonly mark: string;
}

/** A text with its colours and marks, as spans. */
export const LineText = memo(({ text, original, mark }: LineTextProps) => {
  if (mark === '' && original === undefined) return text;
  return markPieces(piecesOf(text, original), mark).map(({ text: part, classes, marked }, at) => {
    const className = classes.map((name) => `ansi-${name}`).join(' ');
    // Pieces of a text that never changes have no other name than their place.
    return marked ? (
      <mark key={at} className={className}>
        {part}
      </mark>
    ) : (
      <span key={at} className={className}>
        {part}
      </span>
    );
  });
});

/** Longer than any text with its colours that a row shows. */
const LONGEST_COLOURED = 20_000;

/** The original is shown only when it says the same: of a structured line the message is a part. */
function piecesOf(text: string, original: unknown) {
  const coloured = typeof original === 'string' && original.length <= LONGEST_COLOURED ? parseAnsi(original) : [];
  const says = coloured.map((piece) => piece.text).join('');
  return says.trimEnd() === text.trimEnd() && says !== '' ? coloured : [{ text, classes: [] }];
}
