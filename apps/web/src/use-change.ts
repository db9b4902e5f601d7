import { useMutation, useQueryClient } from '@tanstack/react-query';
import { change } from './api/client.js';

export interface Change {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** Asks for changes, one at a time, and then anew for what they may have changed. */
export function useChange(...keys: readonly string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Change) => change(method, path, body),
    onSettled: () => Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
}
