import { startCompletion } from '@codemirror/autocomplete';
import { useEffect, useRef } from 'react';
import type { Question } from '../api/answers.js';
import { messages } from '../messages/messages.js';
import { fieldNamesOf } from './query-completions.js';
import { openEditor } from './query-editor.js';

export interface FacetPickerProps {
  readonly question: Question;
  readonly onPick: (field: string) => void;
}

/** Asks for the name of a field, and offers those that the records have as soon as it is entered. */
export function FacetPicker({ question, onPick }: FacetPickerProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ question, onPick });
  useEffect(() => {
    latest.current = { question, onPick };
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const pick = (field: string): void => {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length } });
      if (field !== '') latest.current.onPick(field);
    };
    const editor = openEditor(host.current, {
      text: '',
      label: messages.facets.add,
      hint: messages.facets.add,
      completions: fieldNamesOf(() => latest.current.question, pick),
      onText: () => undefined,
      onSubmit: (text) => pick(text.trim()),
    });
    // A click that gives the focus moves the cursor afterwards, which would close the list again.
    for (const event of ['focus', 'click']) editor.contentDOM.addEventListener(event, () => startCompletion(editor));
    return () => editor.destroy();
  }, []);
  return <div ref={host} className="query" />;
}
