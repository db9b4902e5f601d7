import type { Draft } from './draft.js';
import { isIP } from 'node:net';
import type { Placer } from './place.js';
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

  constructor(draft: Draft, placer: Placer, times: TimeReader) {
    this.#draft = draft;
    this.#placer = placer;
    this.#times = times;
  }

  /** False, with nothing taken, when the line is no access log. */
  read(line: string): boolean {
    const client = line.indexOf(' ');
    const open = line.indexOf(' [', client);
    if (client <= 0 || open < 0 || open > MAX_HEAD) return false;
    const request = open + 2 + TIME_LENGTH + 3;
    if (line.charCodeAt(request - 1) !== 34 || line.charCodeAt(request - 3) !== 93) return false;
    const end = line.indexOf('" ', request);
    const status = line.charCodeAt(end + 2) - 48;
    if (end < 0 || !(status >= 1 && status <= 5) || !isStatus(line, end + 2) || !this.#times.readAccess(line, open + 2)) return false;
    this.#placer.takeTime('time', quote(line.slice(open + 2, open + 2 + TIME_LENGTH)));
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
    const user = line.slice(line.lastIndexOf(' ', open - 1) + 1, open);
    if (user !== '-') this.#draft.put(SLOT.userId, quote(user));
  }

  /** `GET /login?a=1 HTTP/1.1`; what a scanner or a TLS client sent instead stays in the message only. */
  #request(line: string, start: number, end: number): void {
    const method = line.indexOf(' ', start);
    const url = line.lastIndexOf(' ', end);
    if (method < 0 || method > start + 16 || url <= method || !line.startsWith('HTTP/', url + 1)) return;
    const draft = this.#draft;
    draft.put(SLOT.method, quote(line.slice(start, method)));
    draft.put(SLOT.httpVersion, quote(line.slice(url + 6, end)));
    const original = quote(line.slice(method + 1, url));
    draft.put(SLOT.urlOriginal, original);
    const query = original.indexOf('?');
    draft.put(SLOT.urlPath, query < 0 ? original : original.slice(0, query) + '"');
    if (query > 0 && query < original.length - 2) draft.put(SLOT.urlQuery, '"' + original.slice(query + 1));
  }

  /** `41698 "referrer" "agent"`, each of which may be missing. */
  #rest(line: string, start: number): void {
    const space = line.indexOf(' ', start);
    const bytes = line.slice(start, space < 0 ? line.length : space);
    if (bytes !== '-' && bytes !== '' && bytes.length <= 15 && /^(?:0|[1-9]\d*)$/.test(bytes)) this.#draft.put(SLOT.bytes, bytes);
    if (space < 0 || line.charCodeAt(space + 1) !== 34) return;
    const referrer = line.indexOf('"', space + 2);
    if (referrer < 0) return;
    this.#quoted(SLOT.referrer, line.slice(space + 2, referrer));
    const agent = line.indexOf('"', referrer + 3);
    if (line.startsWith(' "', referrer + 1) && agent > 0) this.#quoted(SLOT.userAgent, line.slice(referrer + 3, agent));
  }

  #quoted(slot: number, text: string): void {
    if (text !== '-' && text !== '') this.#draft.put(slot, quote(text));
  }
}

function isStatus(line: string, at: number): boolean {
  const [tens, ones, after] = [line.charCodeAt(at + 1) - 48, line.charCodeAt(at + 2) - 48, line.charCodeAt(at + 3)];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 && (after === 32 || Number.isNaN(after));
}

function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}
