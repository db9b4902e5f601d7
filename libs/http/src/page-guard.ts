import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a browser sent this for a page of somebody else: a page may reach 127.0.0.1 by a form or, after DNS
 * rebinding, under its own name. Servers and shippers send no Origin, and name the address they were given.
 */
export function fromForeignPage(headers: IncomingHttpHeaders, boundHost: string): boolean {
  const host = headers.host ?? '';
  const loopbackOnly = LOOPBACK.test(boundHost) || boundHost === '::1';
  if (loopbackOnly && !LOOPBACK.test(host)) return true;
  const { origin } = headers;
  return origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
}
