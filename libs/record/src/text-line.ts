import { AccessLog } from './access-log.js';
import type { Draft } from './draft.js';
import type { KeyTable } from './keys.js';
import { levelOfWord, NO_LEVEL } from './levels.js';
import { Logfmt } from './logfmt.js';
import type { Placer } from './place.js';
import { quote } from './quote.js';
import { SLOT } from './slots.js';
import type { TimeReader } from './time-reader.js';

/**
 * Lines that are text. The whole line stays the message; time, level, thread and logger are taken from its head where
 * they are certain:
 *
 *     2026-11-21 04:04:23.785 INFO  [main] com.acme.Db - text           logback, log4j
 *     2026-11-21 04:04:23.785 [main] INFO  com.acme.Db - text           logback
 *     2026-11-21T04:04:23.785Z  INFO 1 --- [main] c.a.Db : text         Spring Boot
 *     2026-11-21 04:04:23,785 - acme.db - ERROR - text                  Python
 *     [2026-11-21 04:04:23,785] ERROR text                              Kafka, Airflow
 *     2026/11/21 04:04:23 [error] 7#7: *1 text, client: 10.0.0.9, ...   nginx's error log
 *     E0412 10:00:01.123456       7 server.go:42] text                  glog, klog
 *     ERROR:acme.db:text                                                Python without a format
 */

/** Levels are looked for in the head of a line only: further on they are words of the text. */
const HEAD = 128;

const WORD = 'trace|debug|info|notice|warn|warning|error|err|severe|fatal|critical|crit|alert|emerg|panic';
const BRACKETED = new RegExp(String.raw`[[(<|](${WORD}) {0,3}[\])>|]`, 'i');
const CAPITALS = /(?:^|[\s:[(|])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|PANIC)(?=$|[\s:,\])|-])/;
const LEADING = new RegExp(String.raw`^(${WORD})(?:: |:$| - |\t)`, 'i');
const PYTHON_BASIC = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL):([\w.-]{1,128}):/;
const PYTHON = /^- ([\w.-]{1,128}) - (DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL) - /;
const SPRING = /^(\d{1,9}) --- (?:\[[^\]]{0,128}\] ?){0,2}\[ *([^\]]{1,128}?) *\](?: \[[^\]]{0,128}\])? (\S{1,128}) *: /;
const GLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +(\d{1,9}) ([^\s:\]]{1,256}):(\d{1,9})\] /;
const NGINX = /^\[(debug|info|notice|warn|error|crit|alert|emerg)\] (\d{1,9})#\d+: /;
const NGINX_FIELDS = /, client: ([\da-fA-F.:]{2,45})(?:, server: [^,]*)?(?:, request: "([A-Z]{1,16}) ([^ "]{1,2048}) HTTP\/([\d.]{1,3})")?/;

const GLOG_LEVELS: Readonly<Record<string, number>> = { I: 2, W: 3, E: 4, F: 5 };

export class TextLine {
  readonly #draft: Draft;
  readonly #placer: Placer;
  readonly #times: TimeReader;
  readonly #access: AccessLog;
  readonly #logfmt: Logfmt;

  constructor(keys: KeyTable, draft: Draft, placer: Placer, times: TimeReader) {
    this.#draft = draft;
    this.#placer = placer;
    this.#times = times;
    this.#access = new AccessLog(draft, placer, times);
    this.#logfmt = new Logfmt(keys, draft, placer);
  }

  /** `line` is without terminal sequences; `plain` when only its quotes need an escape. The message is there already. */
  read(line: string, plain: boolean): void {
    const first = line.charCodeAt(0);
    if (first <= 32 || Number.isNaN(first)) return;
    if (first >= 48 && first <= 57) {
      const dash = line.charCodeAt(4);
      if ((dash === 45 || dash === 47) && this.#dated(line, 0)) return;
      if (this.#access.read(line, plain)) return;
    } else if (first === 91) {
      if (this.#dated(line, 1)) return;
    } else if (this.#named(line, first)) return;
    this.#looseLevel(line);
  }

  /** Lines that begin with a letter. */
  #named(line: string, first: number): boolean {
    const second = line.charCodeAt(1);
    if (second >= 48 && second <= 57 && this.#glog(line)) return true;
    const equals = line.indexOf('=');
    if (equals > 0 && equals < HEAD && this.#logfmt.read(line)) return true;
    if (first === 102 || first === 58) return this.#access.read(line, false);
    const basic = PYTHON_BASIC.exec(line);
    if (basic === null) return false;
    this.#draft.level = levelOfWord(basic[1] ?? '');
    return this.#draft.put(SLOT.logger, `"${basic[2]}"`);
  }

  #glog(line: string): boolean {
    const found = GLOG.exec(line);
    if (found === null) return false;
    const [, letter = '', pid, file = '', number] = found;
    this.#draft.level = GLOG_LEVELS[letter] ?? NO_LEVEL;
    this.#draft.put(SLOT.pid, String(Number(pid)));
    this.#draft.put(SLOT.file, quote(file));
    return this.#draft.put(SLOT.line, String(Number(number)));
  }

  /** A line that begins with a date. */
  #dated(line: string, start: number): boolean {
    const end = this.#times.readIso(line, start);
    if (end < 0) return false;
    if (!this.#placer.takeTime()) this.#draft.attributeNamed('time', `"${line.slice(start, end)}"`);
    const at = skipSpace(line, line.charCodeAt(end) === 93 ? end + 1 : end);
    if (!this.#logback(line, at) && !this.#headed(line, at)) this.#looseLevel(line.slice(at, at + HEAD));
    return true;
  }

  /** `LEVEL [thread] logger - ` */
  #logback(line: string, start: number): boolean {
    const space = line.indexOf(' ', start);
    if (space < 0) return false;
    const level = levelOfWord(line.slice(start, space));
    if (level === NO_LEVEL) return false;
    this.#draft.level = level;
    const at = skipSpace(line, space);
    const code = line.charCodeAt(at);
    if (code >= 48 && code <= 57) this.#spring(line.slice(at, at + HEAD * 4));
    else this.#logger(line, code === 91 ? this.#thread(line, at) : at);
    return true;
  }

  /** `[thread] ` at `start`: where it ends. */
  #thread(line: string, start: number): number {
    const close = line.indexOf(']', start);
    if (close < 0 || close > start + HEAD) return line.length;
    this.#draft.put(SLOT.thread, quote(line.slice(start + 1, close)));
    return skipSpace(line, close + 1);
  }

  /** A name that ` - ` follows. */
  #logger(line: string, start: number): void {
    const end = line.indexOf(' ', start);
    if (end > start && line.charCodeAt(end + 1) === 45 && line.charCodeAt(end + 2) === 32)
      this.#draft.put(SLOT.logger, quote(line.slice(start, end)));
  }

  #spring(rest: string): void {
    const found = SPRING.exec(rest);
    if (found === null) return;
    this.#draft.put(SLOT.pid, String(Number(found[1])));
    this.#draft.put(SLOT.thread, quote(found[2] ?? ''));
    this.#draft.put(SLOT.logger, quote(found[3] ?? ''));
  }

  /** Heads where the level comes later. */
  #headed(line: string, start: number): boolean {
    const code = line.charCodeAt(start);
    if (code === 45) return this.#python(line.slice(start, start + HEAD * 3));
    if (code !== 91) return false;
    const nginx = NGINX.exec(line.slice(start, start + HEAD));
    if (nginx !== null) return this.#nginx(line, nginx);
    const close = line.indexOf('] ', start);
    return close > 0 && close < start + HEAD && this.#threadFirst(line, start, close);
  }

  #threadFirst(line: string, start: number, close: number): boolean {
    const at = skipSpace(line, close + 1);
    const space = line.indexOf(' ', at);
    const level = space < 0 ? NO_LEVEL : levelOfWord(line.slice(at, space));
    if (level === NO_LEVEL) return false;
    this.#draft.level = level;
    this.#draft.put(SLOT.thread, quote(line.slice(start + 1, close)));
    this.#logger(line, skipSpace(line, space));
    return true;
  }

  #python(rest: string): boolean {
    const found = PYTHON.exec(rest);
    if (found === null) return false;
    this.#draft.level = levelOfWord(found[2] ?? '');
    return this.#draft.put(SLOT.logger, `"${found[1]}"`);
  }

  #nginx(line: string, [, level = '', pid]: RegExpExecArray): boolean {
    const draft = this.#draft;
    draft.level = levelOfWord(level);
    draft.put(SLOT.pid, String(Number(pid)));
    const found = NGINX_FIELDS.exec(line);
    if (found === null) return true;
    this.#placer.address(found[1] ?? '');
    if (found[2] === undefined) return true;
    draft.put(SLOT.method, `"${found[2]}"`);
    draft.put(SLOT.httpVersion, quote(found[4] ?? ''));
    return this.#placer.url(quote(found[3] ?? ''));
  }

  #looseLevel(line: string): void {
    if (this.#draft.level !== NO_LEVEL) return;
    const head = line.length > HEAD ? line.slice(0, HEAD) : line;
    const found = LEADING.exec(head) ?? BRACKETED.exec(head) ?? CAPITALS.exec(head);
    if (found !== null) this.#draft.level = levelOfWord(found[1] ?? '');
  }
}

function skipSpace(line: string, start: number): number {
  let at = start;
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at += 1;
  return at;
}
