import { useState, type FormEvent, type ReactNode } from 'react';
import type { Question } from '../api/answers.js';
import type { Failure } from '../api/client.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { QueryError } from './query-error.js';
import { QueryField } from './query-field.js';
import { TimePicker } from './time-picker.js';

export interface QueryBarProps {
  readonly state: PageState;
  readonly question: Question;
  readonly failure: Failure | undefined;
  readonly onSearch: (q: string) => void;
  /** What else the bar has, behind the question. */
  readonly children?: ReactNode;
}

export function QueryBar({ state, question, failure, onSearch, children }: QueryBarProps) {
  const [text, setText] = useState(state.q);
  const [asked, setAsked] = useState(state.q);
  if (asked !== state.q) {
    setAsked(state.q);
    setText(state.q);
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(text);
  };
  return (
    <search>
      <form className="query-bar" onSubmit={submit}>
        <QueryField
          label={messages.search.query}
          hint={messages.search.placeholder}
          shortcut="/"
          text={text}
          question={question}
          wrongAt={failure?.position}
          onText={setText}
          onSubmit={onSearch}
        />
        <TimePicker state={state} />
        <button type="submit" className="main">
          {messages.search.run}
        </button>
        {children}
      </form>
      {failure?.position !== undefined && <QueryError query={state.q} failure={failure} />}
    </search>
  );
}
