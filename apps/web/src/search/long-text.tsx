import { useState, type ReactNode } from 'react';
import { CopyButton } from '../copy-button.js';
import { figure, messages } from '../messages/messages.js';
import { textBlocks } from './text-blocks.js';

export interface LongTextProps {
  readonly text: string;
  /** Draws what is shown at first: the text, or its beginning. */
  readonly children?: (part: string) => ReactNode;
}

/** Characters, four screens of them; as many as there may be in a row of the list, of which fifty are drawn at once. */
const MOST_AT_FIRST = 4_000;

/** A text that is cut where it is very long. Then a button shows all of it, of which the browser draws what is in sight. */
export function LongText({ text, children = (part) => part }: LongTextProps) {
  const [full, setFull] = useState(false);
  if (text.length <= MOST_AT_FIRST) return children(text);
  // What is pressed here does not open or close the row that it stands in.
  return (
    <span className="long" onClick={(event) => event.stopPropagation()}>
      {full ? <FullText text={text} /> : children(`${text.slice(0, MOST_AT_FIRST)}…`)}{' '}
      {full ? (
        <CopyButton label={messages.page.copy} text={() => text} />
      ) : (
        <button type="button" onClick={() => setFull(true)}>
          {messages.record.full(figure(text.length))}
        </button>
      )}
    </span>
  );
}

function FullText({ text }: { text: string }) {
  return (
    <span className="full" role="group" aria-label={messages.record.all} tabIndex={0}>
      {textBlocks(text).map((block, at) => (
        <span key={at}>{block}</span>
      ))}
    </span>
  );
}
