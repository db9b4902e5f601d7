import type { Draft } from './draft.js';
import type { KeyTable } from './keys.js';
import { KIND, type Placer } from './place.js';
import { isSafe, quote } from './quote.js';

/**
 * logfmt, as logrus, go-kit, Grafana and Heroku write it: `ts=2026-11-20T10:00:01Z level=warn msg="slow query" rows=7`.
 * A line counts when it is pairs from end to end, at least two, and one of them is a level, a time or a message; then `msg` is the
 * message. Anything else stays text.
 */

/** Pairs in one line; more are no log line. */
const MAX_PAIRS = 256;

const PAIR = /\s*([A-Za-z_@][\w.@/-]{0,127})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)/y;
const KNOWN = new Set(['level', 'lvl', 'severity', 'msg', 'message', 'ts', 'time', 'timestamp', 't']);
const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,14})?$/;

export class Logfmt {
  readonly #keys: KeyTable;
  readonly #placer: Placer;
  readonly #draft: Draft;

  constructor(keys: KeyTable, draft: Draft, placer: Placer) {
    this.#keys = keys;
    this.#placer = placer;
    this.#draft = draft;
  }

  /** False, with nothing taken, when the line is no logfmt. */
  read(line: string): boolean {
    const pairs = pairsOf(line);
    if (pairs === undefined || pairs.length < 2 || !pairs.some(([key]) => KNOWN.has(key))) return false;
    this.#draft.clearMessage();
    for (const [key, value, quoted] of pairs) {
      const { entry } = this.#keys.child(this.#keys.root, key);
      if (!quoted && NUMBER.test(value) && value.length <= 15) this.#placer.place(entry, KIND.number, value);
      else if (!quoted && (value === 'true' || value === 'false')) this.#placer.place(entry, KIND.boolean, value);
      else this.#placer.place(entry, isSafe(value) ? KIND.string : KIND.escaped, quote(value));
    }
    return true;
  }
}

function pairsOf(line: string): (readonly [string, string, boolean])[] | undefined {
  const pairs: (readonly [string, string, boolean])[] = [];
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < line.length) {
    const found = PAIR.exec(line);
    if (found === null || pairs.length >= MAX_PAIRS) return undefined;
    const [, key = '', quoted, bare = ''] = found;
    pairs.push([key, quoted === undefined ? bare : unescape(quoted), quoted !== undefined]);
  }
  return pairs;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescape(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/g, (_, code: string) => ESCAPES[code] ?? code) : text;
}
