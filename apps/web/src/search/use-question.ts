import { useMemo } from 'react';
import type { Question } from '../api/answers.js';
import type { PageState } from '../state/page-state.js';

/** The question in the address; the same object as long as it asks the same. */
export function useQuestion({ q, from, to, filters }: PageState): Question {
  return useMemo(() => ({ q, from, to, filter: filters }), [q, from, to, filters.join('\n')]);
}
