import { useState } from 'react';
import type { Failure } from '../api/client.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { useKeys } from '../state/use-keys.js';
import { go, usePageState } from '../state/use-page-state.js';
import { TailView } from '../tail/tail-view.js';
import { FilterChips } from './filter-chips.js';
import { QueryBar } from './query-bar.js';
import { Results } from './results.js';
import { SavedSearches } from './saved-searches.js';
import { useQuestion } from './use-question.js';
import { ViewMenu } from './view-menu.js';

export function SearchPage() {
  const state = usePageState();
  const [run, setRun] = useState(0);
  const [failure, setFailure] = useState<Failure | undefined>();
  const question = useQuestion(state);
  const search = (q: string): void => {
    if (q === state.q) setRun(run + 1);
    else go({ q, record: '', around: '' });
  };
  useKeys({ t: () => toggleTail(state) });
  return (
    <main className="search">
      <QueryBar state={state} question={question} failure={failure} onSearch={search}>
        <button type="button" aria-pressed={state.tail} onClick={() => toggleTail(state)}>
          <span className="pulse" aria-hidden="true" /> {messages.tail.start}
        </button>
        <SavedSearches state={state} />
        <ViewMenu state={state} />
      </QueryBar>
      <FilterChips filters={state.filters} />
      {state.tail ? (
        <TailView key={JSON.stringify([question.q, question.filter, run])} question={question} state={state} onFailure={setFailure} />
      ) : (
        <Results question={question} state={state} run={run} onRetry={() => setRun(run + 1)} onFailure={setFailure} />
      )}
    </main>
  );
}

function toggleTail({ tail }: PageState): void {
  go({ tail: !tail, record: '', around: '' });
}
