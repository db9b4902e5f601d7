import { isIP } from 'node:net';

/** One of the process's listening addresses. */
export interface Listener {
  /** The setting of its address. */
  readonly setting: string;
  readonly host: string;
  /** Whether somebody has to prove who he is there. */
  readonly guarded: boolean;
  /** What would guard it. */
  readonly remedy: string;
}

export class OpenListenerError extends Error {
  readonly code = 'listener_open';
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Refuses listeners that other machines reach and where nobody has to prove who he is; `open` says that this is meant. Gives those
 * that are open then.
 */
export function checkListeners(listeners: readonly Listener[], open: boolean): readonly Listener[] {
  const strays = listeners.filter(({ host, guarded }) => !guarded && !isLoopback(host));
  if (strays.length === 0 || open) return strays;
  const names = strays.map(({ setting, host }) => `${setting}=${host}`).join(', ');
  const remedies = [...new Set(strays.map(({ remedy }) => remedy))].join('; ');
  throw new OpenListenerError(
    `other machines could reach what nobody needs a key for: ${names}. Bind to 127.0.0.1, or guard it (${remedies}), ` +
      'or set LOGWEIR_ACCESS_OPEN=true if something in front of it keeps strangers away',
  );
}
