import type { Event } from '#libs/record';
import { decodeJsonLine, decodeJsonValue, type JsonLine } from './json-event.js';

/**
 * The body of one HTTP request: JSON lines, one JSON array of objects, or one object over any number of lines. Each is
 * recognised by its own bytes, as senders name their content type as they like.
 */
export interface JsonBody {
  readonly events: readonly Event[];
  readonly errors: readonly JsonBodyError[];
}

export interface JsonBodyError {
  /** Counted from 1: the line, or the element of an array. */
  readonly line: number;
  readonly reason: string;
}

/** Objects and errors of one body. A body of nothing but line feeds and letters would else make an error for every two bytes. */
export const MAX_BODY_RECORDS = 500_000;

export function decodeJsonBody(bytes: Buffer): JsonBody {
  const body = new BodyReader();
  const text = withoutMark(bytes.toString('utf8'));
  const first = text.trimStart()[0];
  if (first === '[') body.array(text);
  else if (first !== undefined) body.lines(text);
  return body;
}

class BodyReader implements JsonBody {
  readonly events: Event[] = [];
  readonly errors: JsonBodyError[] = [];

  array(text: string): void {
    let items: unknown;
    try {
      items = JSON.parse(text);
    } catch {
      return this.lines(text);
    }
    for (const [index, item] of (items as unknown[]).entries()) {
      if (!this.add(decodeJsonValue(item, ''), index + 1)) return;
    }
  }

  lines(text: string): void {
    let number = 0;
    for (let from = 0; from < text.length;) {
      const found = text.indexOf('\n', from);
      const to = found < 0 ? text.length : found;
      const line = text.slice(from, to).trim();
      from = to + 1;
      number += 1;
      if (line === '') continue;
      const decoded = decodeJsonLine(line);
      if (!decoded.ok && this.events.length + this.errors.length === 0 && this.single(text)) return;
      if (!this.add(decoded, number)) return;
    }
  }

  /** One object that takes several lines. */
  private single(text: string): boolean {
    const whole = decodeJsonLine(text);
    if (whole.ok) this.events.push(whole.event);
    return whole.ok;
  }

  private add(decoded: JsonLine, line: number): boolean {
    if (this.events.length + this.errors.length >= MAX_BODY_RECORDS) {
      this.errors.push({ line, reason: `more than ${MAX_BODY_RECORDS} records in one body: this one and all behind it were not read` });
      return false;
    }
    if (decoded.ok) this.events.push(decoded.event);
    else this.errors.push({ line, reason: decoded.reason });
    return true;
  }
}

/** Some Windows tools begin a file with U+FEFF. */
function withoutMark(text: string): string {
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text;
}
