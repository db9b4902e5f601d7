import { Patterns } from '#libs/patterns';
import { Draft } from './draft.js';
import type { Arrival, Event } from './event.js';
import { JsonLine } from './json-line.js';
import { KeyTable } from './keys.js';
import { NO_LEVEL } from './levels.js';
import type { Normalise, NormaliserOptions } from './normaliser.js';
import { decodePart, encodePart, joinTexts } from './parts.js';
import { type PlaceOptions, Placer, type Window } from './place.js';
import { cut, hasAnsi, isPlain, quote, stripAnsi, unquote, wellFormed } from './quote.js';
import { makeOpening, type Opening, renderRecord } from './render.js';
import { SLOT } from './slots.js';
import { jsonOf, StructuredFields } from './structured.js';
import { type Context, SurroundingsCache } from './surroundings.js';
import { TextLine } from './text-line.js';
import { TimeReader } from './time-reader.js';
import { formatTimestamp, instantOf, MAX_SECONDS } from './timestamp.js';
import { describeTrace } from './trace-error.js';
import { Zone } from './zone.js';

const DAY = 86_400;
const INFO = 2;
const ERROR = 4;

/**
 * Turns events into stored records (see `Normalise`). One-threaded by nature: a draft, the scanner and the caches are used again
 * for every event, so that the common line costs few allocations.
 */
export class Normaliser implements Normalise {
  readonly #options: NormaliserOptions;
  readonly #times: TimeReader;
  readonly #draft: Draft;
  readonly #placer: Placer;
  readonly #json: JsonLine;
  readonly #text: TextLine;
  readonly #structured: StructuredFields;
  readonly #surroundings: SurroundingsCache;
  readonly #patterns = new Patterns();
  readonly #retention: number;

  #arrival: Arrival | undefined;
  #opening: Opening = makeOpening('');
  #createdSecond = '';
  #createdTail = '';
  #createdSeconds = 0;
  #isOuterGiven = false;
  #window: Window = { low: 0, high: 0 };

  constructor(options: NormaliserOptions) {
    const place: PlaceOptions = { times: new TimeReader(new Zone(options.zone)), maxMessage: options.maxMessage, count: options.count };
    const keys = new KeyTable();
    this.#options = options;
    this.#times = place.times;
    this.#draft = new Draft(keys);
    this.#placer = new Placer(this.#draft, place);
    this.#json = new JsonLine(keys, this.#placer);
    this.#text = new TextLine(keys, this.#draft, this.#placer, place.times);
    this.#structured = new StructuredFields(keys, this.#placer);
    this.#surroundings = new SurroundingsCache(options.node, options.host, options.datasetOf);
    this.#retention = options.retentionMs / 1000;
  }

  normalise(event: Event, arrival: Arrival): string {
    if (arrival !== this.#arrival) this.#arrive(arrival);
    const context = this.#surroundings.of(event, arrival.source);
    this.#checkOuter(event);
    this.#draft.reset();
    if (event.text !== undefined) this.#line(event.text);
    return this.#finish(event, context);
  }

  part(event: Event, arrival: Arrival): string {
    return encodePart({ event, arrival, dataset: this.#options.datasetOf?.(event.tag) ?? '' });
  }

  join(parts: readonly string[], separator: '' | '\n'): string {
    const { event, arrival, dataset } = joinTexts(parts.map(decodePart), separator);
    this.#arrive(arrival);
    const context = this.#surroundings.decided(event, arrival.source, dataset);
    this.#checkOuter(event);
    this.#draft.reset();
    if (separator === '\n') this.#trace(event.text ?? '');
    else if (event.text !== undefined) this.#line(event.text);
    return this.#finish(event, context);
  }

  #finish(event: Event, context: Context): string {
    const draft = this.#draft;
    if (context.rest.length > 0) this.#structured.place(context.rest);
    if (draft.name !== '') this.#placeName();
    if (draft.compact && draft.level === NO_LEVEL) draft.level = INFO;
    if (!draft.has(SLOT.message)) this.#placer.message(event.text === undefined ? jsonOf(event.fields) : trimEnd(event.text));
    draft.pattern = this.#pattern();
    if (draft.closeAttributes()) this.#options.count('fields_capped');
    if (draft.second === '') this.#outerTime(event);
    if (context.overLimit) this.#options.count('dataset_over_limit');
    return renderRecord(draft, context, this.#opening);
  }

  #pattern(): string {
    const { text } = this.#draft;
    if (text !== '') return this.#patterns.idOf(text);
    const raw = this.#draft.slots[SLOT.message] ?? '';
    // With an escape it is not the text itself.
    if (raw.includes('\\')) return this.#patterns.idOf(unquote(raw));
    return this.#patterns.idOf(raw, 1, raw.length - 1);
  }

  #arrive(arrival: Arrival): void {
    const { seconds } = instantOf(arrival.createdNs);
    const text = formatTimestamp(arrival.createdNs);
    this.#arrival = arrival;
    this.#createdSecond = `"${text.slice(0, 19)}`;
    this.#createdTail = `${text.slice(19)}"`;
    this.#opening = makeOpening(text);
    this.#window = { low: Math.max(0, seconds - this.#retention), high: Math.min(MAX_SECONDS, seconds + DAY) };
    this.#createdSeconds = seconds;
    this.#placer.window = this.#window;
  }

  /** Whether the sender's time is sane; else the arrival's is the outer one. */
  #checkOuter(event: Event): void {
    const { seconds, nanos } = event;
    const { low, high } = this.#window;
    this.#isOuterGiven = seconds >= low && seconds <= high && nanos >= 0 && nanos <= 999_999_999;
    this.#placer.outer = this.#isOuterGiven ? seconds : this.#createdSeconds;
    if (!this.#isOuterGiven && seconds >= 0) this.#options.count('time_out_of_range');
  }

  /** The time that counts when there is none inside. */
  #outerTime({ seconds, nanos }: Event): void {
    this.#draft.second = this.#isOuterGiven ? this.#times.formatSecond(Math.floor(seconds)) : this.#createdSecond;
    this.#draft.tail = this.#isOuterGiven ? nanosTail(nanos) : this.#createdTail;
  }

  #line(text: string): void {
    const line = trimEnd(text);
    const first = line.charCodeAt(0);
    if (first === 123 && line.charCodeAt(line.length - 1) === 125) {
      if (this.#json.read(line)) return;
      this.#draft.reset();
    }
    this.#plainText(line);
  }

  #plainText(line: string): void {
    const draft = this.#draft;
    if (line.length <= this.#options.maxMessage && isPlain(line)) {
      draft.text = line;
      draft.put(SLOT.message, line.includes('"') ? JSON.stringify(line) : `"${line}"`);
      this.#text.read(line, true);
      return;
    }
    const plain = hasAnsi(line) ? stripAnsi(line) : line;
    if (plain !== line) draft.put(SLOT.original, quote(cut(line, this.#options.maxMessage)));
    draft.text = wellFormed(this.#placer.cut(plain));
    draft.put(SLOT.message, quote(draft.text));
    this.#text.read(plain, false);
  }

  #trace(text: string): void {
    const draft = this.#draft;
    this.#plainText(text);
    const { type, message } = describeTrace(text);
    if (type !== '') draft.put(SLOT.errorType, quote(this.#placer.cut(type)));
    if (message !== '') draft.put(SLOT.errorMessage, quote(this.#placer.cut(message)));
    draft.put(SLOT.stackTrace, draft.slots[SLOT.message] ?? '""');
    if (draft.level === NO_LEVEL) draft.level = ERROR;
  }

  #placeName(): void {
    const { name, nameIsLogger } = this.#draft;
    if (!nameIsLogger || !this.#draft.put(SLOT.logger, name)) this.#draft.attributeNamed('name', name);
  }
}

/** TTYs end lines with `\r\n`, and Docker takes only the `\n` off. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 13 || text.charCodeAt(end - 1) === 10)) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

const NO_NANOS = '.000000000Z"';
const BILLION = 1_000_000_000;

function nanosTail(nanos: number): string {
  return nanos === 0 ? NO_NANOS : '.' + String(BILLION + Math.floor(nanos)).slice(1) + 'Z"';
}
