import { AccessLog } from './access-log.js';
import type { Draft } from './draft.js';
import { levelOfWord, NO_LEVEL } from './levels.js';
import type { Placer } from './place.js';
import { quote } from './quote.js';
import { SLOT } from './slots.js';
import type { TimeReader } from './time-reader.js';

/**
 * Lines that are text. The whole line stays the message; time, level, thread and logger are taken from its head where
 * they are certain:
 *
 *     2026-11-21 04:04:23.785 INFO  [main] com.acme.Db - text      logback, log4j
 *     2026-11-21T04:04:23.785Z  INFO 1 --- [main] c.a.Db : text    Spring Boot
 *     2026-11-21 04:04:23,785 - acme.db - ERROR - text             Python
 *     [2026-11-21 04:04:23,785] ERROR text                         Kafka, Airflow, Elasticsearch
 */

/** Levels are looked for in the head of a line only: further on they are words of the text. */
const HEAD = 128;

const BRACKETED = /[[(<|](trace|debug|info|notice|warn|warning|error|err|severe|fatal|critical|crit|alert|emerg|panic) {0,3}[\])>|]/i;
const CAPITALS = /(?:^|[\s:[(|])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|PANIC)(?=$|[\s:,\])|-])/;
const LEADING = /^(trace|debug|info|notice|warn|warning|error|severe|fatal|critical|panic)(?:: |:$| - |\t)/i;

export class TextLine {
  readonly #draft: Draft;
  readonly #placer: Placer;
  readonly #times: TimeReader;
  readonly #access: AccessLog;

  constructor(draft: Draft, placer: Placer, times: TimeReader) {
    this.#draft = draft;
    this.#placer = placer;
    this.#times = times;
    this.#access = new AccessLog(draft, placer, times);
  }

  /** `line` is without terminal sequences; `plain` when only its quotes need an escape. Fills everything but the message. */
  read(line: string, plain: boolean): void {
    const first = line.charCodeAt(0);
    if (first >= 48 && first <= 57) {
      const dash = line.charCodeAt(4);
      if ((dash === 45 || dash === 47) && this.#dated(line, 0)) return;
      if (this.#access.read(line, plain)) return;
    } else if (first <= 32 || Number.isNaN(first)) return;
    else if (first === 91 && this.#dated(line, 1)) return;
    this.#looseLevel(line);
  }

  /** A line that begins with a date. */
  #dated(line: string, start: number): boolean {
    const end = this.#times.readIso(line, start);
    if (end < 0) return false;
    if (!this.#placer.takeTime()) this.#draft.attributeNamed('time', `"${line.slice(start, end)}"`);
    const at = skipSpace(line, line.charCodeAt(end) === 93 ? end + 1 : end);
    if (!this.#logback(line, at)) this.#looseLevel(line.slice(at, at + HEAD));
    return true;
  }

  /** `LEVEL [thread] logger - ` */
  #logback(line: string, start: number): boolean {
    const space = line.indexOf(' ', start);
    if (space < 0) return false;
    const level = levelOfWord(line.slice(start, space));
    if (level === NO_LEVEL) return false;
    this.#draft.level = level;
    let at = skipSpace(line, space);
    if (line.charCodeAt(at) === 91) {
      const close = line.indexOf(']', at);
      if (close < 0 || close > start + HEAD) return true;
      this.#draft.put(SLOT.thread, quote(line.slice(at + 1, close)));
      at = skipSpace(line, close + 1);
    }
    const end = line.indexOf(' ', at);
    if (end > at && line.charCodeAt(end + 1) === 45 && line.charCodeAt(end + 2) === 32)
      this.#draft.put(SLOT.logger, quote(line.slice(at, end)));
    return true;
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
