import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import type { FacetsAnswer, Question } from '../api/answers.js';
import { ask, Failure } from '../api/client.js';
import { messages } from '../messages/messages.js';
import { DEFAULTS, MAX_FACETS, type PageState } from '../state/page-state.js';
import { go } from '../state/use-page-state.js';
import { FacetList, FEW, MANY, RemoveFacet } from './facet-list.js';
import { FacetPicker } from './facet-picker.js';

const { facets: texts } = messages;

const wide = matchMedia('(width >= 900px)');

function onWidth(listener: () => void): () => void {
  wide.addEventListener('change', listener);
  return () => wide.removeEventListener('change', listener);
}

/** Beside the list where there is room; else behind a button, and asked for only when it is opened. */
export function FacetsBeside(props: FacetsProps) {
  const isWide = useSyncExternalStore(onWidth, () => wide.matches);
  const [opened, setOpened] = useState(false);
  if (isWide) return <Facets {...props} />;
  return (
    <details className="facets-behind" open={opened} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{texts.title}</summary>
      {opened && <Facets {...props} />}
    </details>
  );
}

interface FacetsProps {
  readonly question: Question;
  readonly state: PageState;
  readonly run: number;
}

/** The values that these records have, counted over all of them, to narrow the search by a click. */
function Facets({ question, state, run }: FacetsProps) {
  const [limit, setLimit] = useState(FEW);
  const fields = state.facets.join(',');
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['facets', question, fields, limit, run],
    queryFn: ({ signal }) => ask<FacetsAnswer>('logs/facets', { ...question, fields, limit }, signal),
    placeholderData: keepPreviousData,
  });
  const shown = data?.facets.filter(({ field, values }) => values.length > 0 || !DEFAULTS.facets.includes(field)) ?? [];
  // As the API calls them, once it has counted them.
  const names = data === undefined || isPlaceholderData ? state.facets : data.facets.map(({ field }) => field);
  const without = (field: string) => () => show(names.filter((other) => other !== field));
  return (
    <aside className={isPlaceholderData ? 'facets stale' : 'facets'} aria-label={texts.title}>
      {names.length < MAX_FACETS && <FacetPicker question={question} onPick={(field) => show([...names, field])} />}
      {error !== null && <Refused error={error} names={names} without={without} />}
      {shown.map((facet) => (
        <FacetList
          key={facet.field}
          facet={facet}
          total={data?.total ?? 0}
          state={state}
          onMore={() => setLimit(MANY)}
          onRemove={without(facet.field)}
        />
      ))}
    </aside>
  );
}

/** With none left, the usual ones are there again. */
function show(facets: readonly string[]): void {
  go({ facets: facets.length > 0 ? [...new Set(facets)] : DEFAULTS.facets }, 'replace');
}

interface RefusedProps {
  readonly error: Error;
  readonly names: readonly string[];
  readonly without: (field: string) => () => void;
}

/** A field that cannot be counted can be taken out again; all else that goes wrong is told above the list. */
function Refused({ error, names, without }: RefusedProps) {
  if (!(error instanceof Failure) || error.code !== 'parameter_invalid') return null;
  return (
    <>
      <p className="warning">{error.message}</p>
      <ul>
        {names.map((field) => (
          <li key={field}>
            {field} <RemoveFacet field={field} onRemove={without(field)} />
          </li>
        ))}
      </ul>
    </>
  );
}
