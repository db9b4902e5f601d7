/** The API key of this tab: gone when it closes, never in an address or a cookie. */
const NAME = 'logweir-key';

let needed = false;
const listeners = new Set<() => void>();

export function currentKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

/** Keeps a key, or forgets it; whoever waits for one goes on. */
export function keepKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
  tell(false);
}

/** The API refused: there is no key, or not this one. */
export function requireKey(): void {
  tell(true);
}

export function isKeyNeeded(): boolean {
  return needed;
}

/** For `useSyncExternalStore`. */
export function onKeyNeeded(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(value: boolean): void {
  needed = value;
  for (const listener of listeners) listener();
}
