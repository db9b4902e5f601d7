import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { formatState, parseState, type PageState } from './page-state.js';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function usePageState(): PageState {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => parseState(search), [search]);
}

/** Changes the address. What one looks through (an open record, a switch) replaces it; what one asks can be gone back to. */
export function go(changes: Partial<PageState>, how: 'push' | 'replace' = 'push'): void {
  const address = location.pathname + formatState({ ...parseState(location.search), ...changes });
  if (address === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  for (const listener of listeners) listener();
}

/** Another number whenever somebody went back or forth: what is typed then belongs to another address. */
export function useTurns(): number {
  const [turns, setTurns] = useState(0);
  useEffect(() => {
    const turn = (): void => setTurns((before) => before + 1);
    window.addEventListener('popstate', turn);
    return () => window.removeEventListener('popstate', turn);
  }, []);
  return turns;
}

/** The address of the page with these changes, to be sent to somebody. */
export function addressWith(changes: Partial<PageState>): string {
  return location.origin + location.pathname + formatState({ ...parseState(location.search), ...changes });
}
