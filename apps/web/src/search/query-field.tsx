import type { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Question } from '../api/answers.js';
import { useKeys } from '../state/use-keys.js';
import { completionsOf } from './query-completions.js';
import { markWrong, openEditor } from './query-editor.js';

export interface QueryFieldProps {
  readonly label: string;
  /** What stands there as long as there is no query. */
  readonly hint: string;
  /** A key that leads here from anywhere in the page. */
  readonly shortcut?: string;
  readonly text: string;
  readonly question: Question;
  /** Offset of the character that the API did not understand, in the query that was asked. */
  readonly wrongAt: number | undefined;
  readonly onText: (text: string) => void;
  /** At Enter. */
  readonly onSubmit?: (text: string) => void;
}

/** The query as it is typed. The editor keeps its own text; another one replaces it when the query comes from elsewhere. */
export function QueryField({ label, hint, shortcut, text, question, wrongAt, onText, onSubmit }: QueryFieldProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ question, onText, onSubmit });
  useEffect(() => {
    latest.current = { question, onText, onSubmit };
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = openEditor(host.current, {
      text,
      label,
      hint,
      completions: completionsOf(() => latest.current.question),
      onText: (typed) => latest.current.onText(typed),
      onSubmit: (typed) => latest.current.onSubmit?.(typed),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);
  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, selection: { anchor: text.length } });
  }, [text]);
  useEffect(() => {
    if (view.current !== undefined) markWrong(view.current, wrongAt);
  }, [wrongAt, question]);
  useKeys(shortcut === undefined ? {} : { [shortcut]: () => view.current?.focus() });
  return <div ref={host} className={wrongAt === undefined ? 'query' : 'query wrong'} />;
}
