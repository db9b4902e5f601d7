import { useEffect, useRef } from 'react';

/** What to do at a key, by its name in `KeyboardEvent.key`. Not while somebody types, and never with Ctrl, Alt or Meta. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const act = (event: KeyboardEvent): void => {
      const action = latest.current[event.key];
      if (action === undefined || event.ctrlKey || event.altKey || event.metaKey || isTaken(event)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', act);
    return () => window.removeEventListener('keydown', act);
  }, []);
}

/** The query editor is in a shadow root, so the element is asked for by the event's path. */
function isTaken(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('input, textarea, select, dialog') !== null) return true;
  return event.key === 'Enter' && target.closest('button, a, summary') !== null;
}
