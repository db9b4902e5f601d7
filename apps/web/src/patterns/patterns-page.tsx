import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Question } from '../api/answers.js';
import { ask, Failure } from '../api/client.js';
import { Loaded } from '../loaded.js';
import { figure, messages } from '../messages/messages.js';
import { FilterChips } from '../search/filter-chips.js';
import { QueryBar } from '../search/query-bar.js';
import { useQuestion } from '../search/use-question.js';
import { ORDERS, type PageState } from '../state/page-state.js';
import { go, usePageState } from '../state/use-page-state.js';
import type { PatternsAnswer } from './answers.js';
import { PatternTable } from './pattern-table.js';

const { patterns: texts, search } = messages;
const FEW = 50;
/** As many as the API gives. */
const MANY = 200;

/** What programs printed, by statement, for the same question as the search. */
export function PatternsPage() {
  const state = usePageState();
  const question = useQuestion(state);
  const [limit, setLimit] = useState(FEW);
  const query = usePatterns(question, state.order, limit);
  const failure = query.error instanceof Failure ? query.error : undefined;
  const onSearch = (q: string): void => {
    if (q === state.q) void query.refetch();
    else go({ q });
  };
  return (
    <main className="search">
      <QueryBar state={state} question={question} failure={failure} onSearch={onSearch} />
      <FilterChips filters={state.filters} />
      <div className={query.isPlaceholderData ? 'patterns stale' : 'patterns'}>
        <h2>{texts.title}</h2>
        <Orders order={state.order} />
        {/* The query bar tells what is wrong with a query. */}
        {failure?.position === undefined && (
          <Loaded query={query}>
            {(answer) => <Found answer={answer} state={state} onMore={limit < MANY ? () => setLimit(MANY) : undefined} />}
          </Loaded>
        )}
      </div>
    </main>
  );
}

function usePatterns(question: Question, order: PageState['order'], limit: number) {
  return useQuery({
    queryKey: ['patterns', question, order, limit],
    queryFn: ({ signal }) => ask<PatternsAnswer>('patterns', { ...question, order, limit }, signal),
    placeholderData: keepPreviousData,
    // Who comes back to the page means the times as they are then.
    staleTime: 0,
  });
}

function Orders({ order }: { order: PageState['order'] }) {
  return (
    <div className="actions" role="group" aria-label={texts.order}>
      {ORDERS.map((one) => (
        <button key={one} type="button" aria-pressed={one === order} onClick={() => go({ order: one }, 'replace')}>
          {texts.orders[one]}
        </button>
      ))}
    </div>
  );
}

interface FoundProps {
  readonly answer: PatternsAnswer;
  readonly state: PageState;
  /** Undefined where no more can be had. */
  readonly onMore: (() => void) | undefined;
}

function Found({ answer, state, onMore }: FoundProps) {
  const { patterns, other, missing } = answer;
  return (
    <>
      <Completeness answer={answer} />
      {patterns.length > 0 && <PatternTable answer={answer} state={state} />}
      {patterns.length === 0 && missing === 0 && (
        <p className="dim">
          {search.nothing} {search.nothingHint}
        </p>
      )}
      {missing > 0 && <p className="dim">{texts.missing(figure(missing))}</p>}
      {other > 0 && (
        <p className="dim">
          {texts.other(figure(other))}{' '}
          {onMore !== undefined && (
            <button type="button" onClick={onMore}>
              {texts.more}
            </button>
          )}
        </p>
      )}
    </>
  );
}

function Completeness({ answer: { distinct, total, took_ms, partial, warnings } }: { answer: PatternsAnswer }) {
  return (
    <p className="counts" role="status">
      <strong>{texts.found(figure(distinct), figure(total))}</strong> <span className="dim">{search.took(took_ms)}</span>{' '}
      {partial && <strong className="warning">{search.partial}</strong>}{' '}
      {warnings.map((warning) => (
        <span key={warning} className="warning">
          {warning}{' '}
        </span>
      ))}
    </p>
  );
}
