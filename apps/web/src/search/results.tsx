import { useEffect } from 'react';
import type { Question } from '../api/answers.js';
import { Failure } from '../api/client.js';
import type { PageState } from '../state/page-state.js';
import { FacetsBeside } from './facets.js';
import { Histogram } from './histogram.js';
import { LinkedRecord } from './linked-record.js';
import { LogList } from './log-list.js';
import { StatusLine } from './status-line.js';
import { useHistogram, useRows } from './use-logs.js';

export interface ResultsProps {
  readonly question: Question;
  readonly state: PageState;
  /** Another one asks the same anew. */
  readonly run: number;
  readonly onRetry: () => void;
  readonly onFailure: (failure: Failure | undefined) => void;
}

/** What a search found. */
export function Results({ question, state, run, onRetry, onFailure }: ResultsProps) {
  const rows = useRows(question, state.columns, run);
  const histogram = useHistogram(question, run);
  useEffect(() => onFailure(rows.error instanceof Failure ? rows.error : undefined), [rows.error]);
  return (
    <>
      <Histogram answer={histogram.data} stale={histogram.isPlaceholderData} zone={state.zone} />
      <StatusLine rows={rows} onRetry={onRetry} />
      <div className="results">
        <FacetsBeside question={question} state={state} run={run} />
        <div className="records">
          <LinkedRecord state={state} records={rows.records} />
          <LogList key={JSON.stringify([question, run])} rows={rows} state={state} />
        </div>
      </div>
    </>
  );
}
