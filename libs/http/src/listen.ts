import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
}

/** Gives the real port; rejects with an error that names the setting. */
export function listen(server: Server, { host, port }: ListenAddress, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there already: stop it, or choose another port' : error.message;
      reject(new Error(`${setting}: cannot listen on ${urlHost(host)}:${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
