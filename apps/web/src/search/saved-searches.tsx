import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { SavedSearch } from '../api/answers.js';
import { ask, change } from '../api/client.js';
import { Menu } from '../menu.js';
import { messages } from '../messages/messages.js';
import { DEFAULTS, type PageState } from '../state/page-state.js';
import { go } from '../state/use-page-state.js';

const { saved } = messages;

/** Searches with a name that everybody sees who has a key. */
export function SavedSearches({ state }: { state: PageState }) {
  return (
    <Menu label="☆" title={saved.title}>
      {(close) => (
        <>
          <SavedList onOpen={close} />
          <SaveForm state={state} />
        </>
      )}
    </Menu>
  );
}

function useSaved() {
  return useQuery({
    queryKey: ['saved'],
    queryFn: ({ signal }) => ask<{ items: readonly SavedSearch[] }>('saved-searches', {}, signal),
    staleTime: 0,
  });
}

function SavedList({ onOpen }: { onOpen: () => void }) {
  const { data, error } = useSaved();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: ({ id, version }: SavedSearch) => change('DELETE', `saved-searches/${id}?version=${version}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['saved'] }),
  });
  if (error !== null) return <p className="warning">{error.message}</p>;
  if (data === undefined) return <p className="dim">{messages.page.loading}</p>;
  if (data.items.length === 0) return <p className="dim">{saved.none}</p>;
  return (
    <ul className="saved">
      {data.items.map((search) => (
        <li key={search.id}>
          <button
            type="button"
            className="quiet"
            onClick={() => {
              open(search);
              onOpen();
            }}
          >
            {search.name}
          </button>
          <button type="button" className="quiet" aria-label={saved.remove(search.name)} onClick={() => remove.mutate(search)}>
            ✕
          </button>
        </li>
      ))}
      {remove.error !== null && <li className="warning">{remove.error.message}</li>}
    </ul>
  );
}

function open({ q, filter, from, to, columns }: SavedSearch): void {
  go({
    q,
    filters: filter,
    from: from ?? DEFAULTS.from,
    to: to ?? DEFAULTS.to,
    columns: columns.length > 0 ? columns : DEFAULTS.columns,
    record: '',
    around: '',
  });
}

function SaveForm({ state }: { state: PageState }) {
  const [name, setName] = useState('');
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const { q, filters: filter, from, to, columns } = state;
      return change('POST', 'saved-searches', { name, q, filter, from, to, columns });
    },
    onSuccess: () => {
      setName('');
      return queries.invalidateQueries({ queryKey: ['saved'] });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // The panel stands inside the form of the query.
    event.stopPropagation();
    save.mutate();
  };
  return (
    <div className="save">
      <label>
        {saved.name}
        <input
          value={name}
          maxLength={128}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && name.trim() !== '' && submit(event)}
        />
      </label>
      <button type="button" disabled={name.trim() === '' || save.isPending} onClick={submit}>
        {saved.save}
      </button>
      {save.error !== null && <p className="warning">{save.error.message}</p>}
    </div>
  );
}
