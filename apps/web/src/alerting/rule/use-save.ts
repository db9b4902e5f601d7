import { useMutation, useQueryClient } from '@tanstack/react-query';
import { change } from '../../api/client.js';
import { CLOSED } from '../../state/page-state.js';
import { go } from '../../state/use-page-state.js';
import type { Source } from './source.js';

/** Saves a rule and goes back to all of them; without a name of a stored one a new rule is made. */
export function useSave(name: string | undefined) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ source, version }: { source: Source; version: number | undefined }) =>
      name === undefined
        ? change('POST', 'rules', source)
        : change('PUT', `rules/${encodeURIComponent(name)}?version=${version ?? 0}`, source),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['rules'] });
      // Going back from here leads to where the form was opened, not to what is saved already.
      go(CLOSED, 'replace');
    },
  });
}
