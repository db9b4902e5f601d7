import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback, type Refusal } from '#libs/access';

/**
 * Keeps web pages away that the person in front of the browser has open elsewhere. They can make a browser call
 * 127.0.0.1, also under a name of their own that resolves to it (DNS rebinding), but they cannot forge what it says about them:
 *
 * - `Host` must be a name that is ours, so a rebound name is refused;
 * - `Origin`, when there, must be the origin that was called, or one that is listed (CORS), and `Sec-Fetch-Site` must not speak of another site
 *   (following a link from elsewhere is allowed: addresses of searches are there to be shared);
 * - changes must be JSON, which no form can send and no script of another origin may without asking first.
 */
export interface WebGuardSettings {
  readonly host: string;
  readonly allowedHosts: readonly string[];
  /** Origins of other pages that may call us from a browser. */
  readonly corsOrigins: readonly string[];
  /** The port that is really open; asked for each request, as it is unknown before the first. */
  readonly port: () => number;
}

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);
const WILDCARDS = new Set(['0.0.0.0', '::']);

/** What a listed origin may send, and for how long a browser need not ask again. */
const PREFLIGHT = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '600',
};

/** Why a request is not answered for what it says about its page. */
export function webRefusal(settings: WebGuardSettings, request: IncomingMessage): Refusal | undefined {
  const { headers } = request;
  const host = headers.host ?? '';
  if (!isOwnHost(settings, host)) {
    return {
      status: 403,
      code: 'host_refused',
      message: `the Host header "${host.slice(0, 100)}" is not a name of this server`,
      hint: 'call it by its address, or add the name to LOGWEIR_API_ALLOWED_HOSTS',
    };
  }
  if (!isListed(settings, headers) && !isOwnOrigin(request, host)) {
    return {
      status: 403,
      code: 'origin_refused',
      message: 'pages of other origins may not call this API',
      hint: 'LOGWEIR_API_CORS_ORIGINS lists those that may',
    };
  }
  if (needsJson(request) && !isJson(request)) {
    return {
      status: 415,
      code: 'content_type_required',
      message: 'the body must be JSON and say so',
      hint: 'send the header content-type: application/json',
    };
  }
  return undefined;
}

/** Tells a browser that a listed page may read the answer. True when the request only asked for that (a preflight) and is answered. */
export function answerCors(settings: WebGuardSettings, request: IncomingMessage, response: ServerResponse): boolean {
  if (settings.corsOrigins.length > 0) response.setHeader('vary', 'origin');
  const { origin = '' } = request.headers;
  if (!isListed(settings, request.headers)) return false;
  response.setHeader('access-control-allow-origin', origin);
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
  for (const [name, value] of Object.entries(PREFLIGHT)) response.setHeader(name, value);
  response.writeHead(204).end();
  return true;
}

function isListed({ corsOrigins }: WebGuardSettings, { origin }: IncomingHttpHeaders): boolean {
  return origin !== undefined && corsOrigins.includes(origin);
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

function isOwnOrigin(request: IncomingMessage, host: string): boolean {
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

function needsJson(request: IncomingMessage): boolean {
  if (WITH_BODY.has(request.method ?? '')) return true;
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

function isJson(request: IncomingMessage): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase() === 'application/json';
}
