import type { Draft } from './draft.js';
import { isIP } from 'node:net';
import { isInteger, type Placer } from './place.js';
import { quote } from './quote.js';
import { SLOT } from './slots.js';
import type { TimeReader } from './time-reader.js';

/**
 * Access logs in the common and combined formats (Apache, nginx):
 *
 *     10.0.0.9 - frank [21/Nov/2026:04:04:23 +0000] "GET /login?a=1 HTTP/1.1" 200 41698 "https://example.org/" "curl/8.5.0"
 *
 * The line stays the message. A status of 5xx is an error, 4xx a warning, anything else information.
 */

/** `[21/Nov/2026:04:04:23 +0000]` */
const TIME_LENGTH = 26;

/** Client, identity and user come before the time; longer than this is no access log. */
const MAX_HEAD = 256;

const [INFO, WARN, ERROR] = [2, 3, 4];

export class AccessLog {
  readonly #draft: Draft;
  readonly #placer: Placer;
  readonly #times: TimeReader;
  #plain = false;

  constructor(draft: Draft, placer: Placer, times: TimeReader) {
    this.#draft = draft;
    this.#placer = placer;
    this.#times = times;
  }

  /** False, with nothing taken, when the line is no access log. `plain`: only quotes in it need an escape. */
  read(line: string, plain: boolean): boolean {
    const client = line.indexOf(' ');
    const open = line.indexOf(' [', client);
    if (client <= 0 || open < 0 || open > MAX_HEAD) return false;
    const request = open + 2 + TIME_LENGTH + 3;
    const end = line.indexOf('" ', request);
    if (end < 0 || line.charCodeAt(request - 1) !== 34 || line.charCodeAt(request - 3) !== 93) return false;
    const status = statusClass(line, end + 2);
    if (status === 0 || !this.#times.readAccess(line, open + 2)) return false;
    this.#plain = plain;
    if (!this.#placer.takeTime()) this.#draft.attributeNamed('time', `"${line.slice(open + 2, open + 2 + TIME_LENGTH)}"`);
    this.#head(line, client, open);
    this.#request(line, request, end);
    this.#draft.level = status === 5 ? ERROR : status === 4 ? WARN : INFO;
    this.#draft.put(SLOT.status, line.slice(end + 2, end + 5));
    this.#rest(line, end + 6);
    return true;
  }

  #head(line: string, client: number, open: number): void {
    const address = line.slice(0, client);
    if (isAddress(address)) this.#draft.put(SLOT.clientIp, `"${address}"`);
    else this.#draft.attributeNamed('client.address', quote(address));
    const identity = line.indexOf(' ', client + 1);
    if (identity >= open || (open === identity + 2 && line.charCodeAt(identity + 1) === 45)) return;
    this.#draft.put(SLOT.userId, quote(line.slice(identity + 1, open)));
  }

  /** `GET /login?a=1 HTTP/1.1`; what a scanner or a TLS client sent instead stays in the message only. */
  #request(line: string, start: number, end: number): void {
    const method = line.indexOf(' ', start);
    const url = line.startsWith(' HTTP/', end - 9) ? end - 9 : line.lastIndexOf(' ', end);
    if (method < 0 || method > start + 16 || url <= method || !line.startsWith('HTTP/', url + 1)) return;
    const draft = this.#draft;
    // A quote may stand inside: the request ends at the first one with a space behind it.
    const clean = this.#plain && line.indexOf('"', start) === end;
    draft.put(SLOT.method, rawText(line.slice(start, method), clean));
    draft.put(SLOT.httpVersion, rawText(line.slice(url + 6, end), clean));
    this.#placer.url(rawText(line.slice(method + 1, url), clean));
  }

  /** `41698 "referrer" "agent"`, each of which may be missing. */
  #rest(line: string, start: number): void {
    const space = line.indexOf(' ', start);
    const bytes = space < 0 ? line.slice(start) : line.slice(start, space);
    if (isInteger(bytes)) this.#draft.put(SLOT.bytes, bytes);
    if (space < 0 || line.charCodeAt(space + 1) !== 34) return;
    const referrer = line.indexOf('"', space + 2);
    if (referrer < 0) return;
    this.#quoted(SLOT.referrer, line, space + 2, referrer);
    const agent = line.indexOf('"', referrer + 3);
    if (agent > 0 && line.startsWith(' "', referrer + 1)) this.#quoted(SLOT.userAgent, line, referrer + 3, agent);
  }

  /** What stands between quotes; `-` and nothing mean unknown. */
  #quoted(slot: number, line: string, start: number, end: number): void {
    if (end === start || (end === start + 1 && line.charCodeAt(start) === 45)) return;
    this.#draft.put(slot, this.#plain ? line.slice(start - 1, end + 1) : quote(line.slice(start, end)));
  }
}

/** JSON of a text; `clean`: nothing in it needs an escape. */
function rawText(text: string, clean: boolean): string {
  return clean ? `"${text}"` : quote(text);
}

/** The first digit of a status at `at`, or 0 when there is none. */
function statusClass(line: string, at: number): number {
  const [hundreds, tens, ones] = [line.charCodeAt(at) - 48, line.charCodeAt(at + 1) - 48, line.charCodeAt(at + 2) - 48];
  const after = line.charCodeAt(at + 3);
  const isDigits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && (after === 32 || Number.isNaN(after));
  return isDigits && hundreds >= 1 && hundreds <= 5 ? hundreds : 0;
}

/** Dotted quads without the cost of a regular expression; everything else is asked of node:net. */
function isAddress(text: string): boolean {
  let dots = 0;
  let value = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      if (value < 0) return false;
      dots += 1;
      value = -1;
    } else if (code < 48 || code > 57 || value === 0) return isIP(text) !== 0;
    else value = (value < 0 ? 0 : value * 10) + code - 48;
    if (value > 255) return false;
  }
  return dots === 3 && value >= 0;
}
