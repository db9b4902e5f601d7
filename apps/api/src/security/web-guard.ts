import { isIP } from 'node:net';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { ApiError } from '../errors.js';

/**
 * Keeps web pages away that the person in front of the browser has open elsewhere. They can make a browser call
 * 127.0.0.1, also under a name of their own that resolves to it (DNS rebinding), but they cannot forge what it says about them:
 *
 * - `Host` must be a name that is ours, so a rebound name is refused;
 * - `Origin`, when there, must be the origin that was called, and `Sec-Fetch-Site` must not speak of another site
 *   (following a link from elsewhere is allowed: addresses of searches are there to be shared);
 * - changes must be JSON, which no form can send and no script of another origin may without asking first.
 */
export interface WebGuardSettings {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  /** The port that is really open; asked for each request, as it is unknown before the first. */
  readonly port: () => number;
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
const WILDCARDS = new Set(['0.0.0.0', '::']);

export function webGuard(settings: WebGuardSettings): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    next(refusal(settings, request));
  };
}

function refusal(settings: WebGuardSettings, request: Request): ApiError | undefined {
  const host = request.headers.host ?? '';
  if (!isOwnHost(settings, host)) {
    return new ApiError(403, 'host_refused', `the Host header "${host.slice(0, 100)}" is not a name of this server`, {
      hint: 'call it by its address, or add the name to LOGWEIR_API_ALLOWED_HOSTS',
    });
  }
  if (!isOwnOrigin(request, host)) return new ApiError(403, 'origin_refused', 'pages of other origins may not call this API');
  if (needsJson(request) && !isJson(request)) {
    return new ApiError(415, 'content_type_required', 'the body must be JSON and say so', {
      hint: 'send the header content-type: application/json',
    });
  }
  return undefined;
}

function isOwnHost(settings: WebGuardSettings, header: string): boolean {
  const { name, port } = splitHost(header);
  if (name === '') return false;
  if (settings.allowedHosts.some((allowed) => allowed.toLowerCase() === name || allowed.toLowerCase() === header.toLowerCase()))
    return true;
  // Bound to every address, it stands behind a published port or a NAT: neither address nor port can be known here.
  // An address cannot be rebound, so any will do.
  if (WILDCARDS.has(settings.host)) return isLoopback(name) || isIP(name) !== 0;
  return (isLoopback(name) || name === settings.host.toLowerCase()) && (port ?? 80) === settings.port();
}

function splitHost(header: string): { name: string; port: number | undefined } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s]+))(?::(\d{1,5}))?$/i.exec(header);
  const [, address, name = '', port] = match ?? [];
  return { name: (address ?? name).toLowerCase(), port: port === undefined ? undefined : Number(port) };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function isOwnOrigin(request: Request, host: string): boolean {
  const { origin } = request.headers;
  if (origin !== undefined && !sameOrigin(origin, host)) return false;
  const site = request.headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  return !foreign || (request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate');
}

/** Either scheme: a proxy in front may end TLS. */
function sameOrigin(origin: string, host: string): boolean {
  const lower = origin.toLowerCase();
  return lower === `http://${host.toLowerCase()}` || lower === `https://${host.toLowerCase()}`;
}

function needsJson(request: Request): boolean {
  if (WITH_BODY.has(request.method)) return true;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

function isJson(request: Request): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === 'application/json';
}
