import type { CustomTransportStrategy } from '@nestjs/microservices';

/** A door. Nest starts and stops all of them alike; what it hands on is a batch, never one record. */
export interface Source extends CustomTransportStrategy {
  /** For the start line, once it listens: name → URL. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Opens the door; throws when its address cannot be had. Nest calls it with a callback that takes no error, so the hub calls `open` first. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** At the end a sender gets this long to finish what it is sending; then its socket is closed. */
export const END_DEADLINE_MS = 5_000;

export class DoorError extends Error {
  readonly code = 'door_closed';
}

/** Turns the system's error of a listening socket into one that names the setting. */
export function doorError(error: unknown, setting: string, address: string): DoorError {
  const cause = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: 'another program listens there already: stop it, or choose another port',
    EACCES: 'this user may not listen there: choose a port above 1023',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this host name has no address',
  };
  return new DoorError(`${setting}: cannot listen on ${address}: ${reasons[cause.code ?? ''] ?? cause.message}`, { cause });
}
