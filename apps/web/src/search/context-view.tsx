import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ContextAnswer } from '../api/answers.js';
import { ask } from '../api/client.js';
import { messages } from '../messages/messages.js';
import { type PageState, type Scope, SCOPES } from '../state/page-state.js';
import { go } from '../state/use-page-state.js';
import { LogRow } from './log-row.js';
import { fieldsOf } from './use-logs.js';

const { context: texts } = messages;
const STEP = 20;
/** As many as the API gives on each side. */
const MOST = 500;

/** Buttons that show the lines around a record, or hide them. */
export function ScopeButtons({ around }: { around: Scope | '' }) {
  return SCOPES.map((scope) => (
    <button
      key={scope}
      type="button"
      aria-pressed={around === scope}
      onClick={() => go({ around: around === scope ? '' : scope }, 'replace')}
    >
      {texts[scope]}
    </button>
  ));
}

/** What was written before and after a record, in the order of time, whatever the query. */
export function ContextView({ id, scope, state }: { id: string; scope: Scope; state: PageState }) {
  const [lines, setLines] = useState(STEP);
  const fields = fieldsOf(state.columns);
  const { data, error } = useQuery({
    queryKey: ['context', id, scope, lines, fields],
    queryFn: ({ signal }) =>
      ask<ContextAnswer>(`logs/${encodeURIComponent(id)}/context`, { before: lines, after: lines, scope, fields }, signal),
    placeholderData: keepPreviousData,
  });
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest' }), [data === undefined]);
  if (error !== null) return <p className="warning">{error.message}</p>;
  if (data === undefined) return <p className="dim">{messages.page.loading}</p>;
  const row = { columns: state.columns, zone: state.zone, mark: state.mark, wrap: state.wrap, days: false };
  const more = lines < MOST && (data.before.length >= lines || data.after.length >= lines);
  return (
    <>
      <div className={state.wrap ? 'context list wrap' : 'context list'} role="table" aria-label={texts.label} tabIndex={0}>
        {[...data.before, data.record, ...data.after].map((record) => {
          const isHere = record.id === id;
          return (
            <div key={record.id} ref={isHere ? here : undefined} role="row" className={isHere ? 'row active' : 'row'} aria-current={isHere}>
              <LogRow record={record} {...row} role="cell" />
            </div>
          );
        })}
      </div>
      {more && (
        <button type="button" onClick={() => setLines(Math.min(MOST, lines * 4))}>
          {texts.more}
        </button>
      )}
    </>
  );
}
