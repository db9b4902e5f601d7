import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './api/client.js';
import { messages } from './messages/messages.js';

export interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** What to say when there is none; told apart from not knowing yet. */
  readonly none?: { readonly text: string; readonly when: (data: Data) => boolean };
  readonly children: (data: Data) => ReactNode;
}

/** An answer, or honestly what there is in its place: not here yet, failed, nothing. */
export function Loaded<Data>({ query: { data, error, refetch }, none, children }: LoadedProps<Data>) {
  if (data === undefined && error === null) return <p className="dim">{messages.page.loading}</p>;
  return (
    <>
      {error !== null && <WhatFailed error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (none?.when(data) === true ? <p className="dim">{none.text}</p> : children(data))}
    </>
  );
}

function WhatFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const unreachable = error instanceof Failure && error.status === 0;
  return (
    <p className="warning" role="alert">
      {unreachable ? messages.page.unreachable : error.message}
      {error instanceof Failure && error.hint !== undefined && ` – ${error.hint}`}{' '}
      <button type="button" onClick={onRetry}>
        {messages.page.retry}
      </button>
    </p>
  );
}
