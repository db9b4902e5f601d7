import type { Draft } from './draft.js';
import { LEVELS, SEVERITIES } from './levels.js';
import { SLOT } from './slots.js';

/**
 * Writing a record costs by the number of pieces, so what repeats is prepared in the longest possible ones, for each
 * level. Every group is left open: the next begins with the brace that closes it, and the end closes the last.
 */

/** `,"created":"…","severity":9` for one batch, by level (index level + 1), as far as the next thing goes on. */
export interface Opening {
  /** Up to `"@timestamp":` */
  readonly time: readonly string[];
  /** Up to the end of the severity. */
  readonly event: readonly string[];
}

export interface Surroundings {
  /** `,"logweir":{…},"log":{"level":"info","pattern":"`; by level + 1. */
  readonly middle: readonly string[];
  /** From `},"stream"` to the end of the record; index: 1 when the record has its own service + 2 when its own host. */
  readonly end: readonly string[];
  /** The service's object without its end, for records that only bring a version. */
  readonly service: string;
  readonly hasStream: boolean;
  /** Pairs for `labels`, without braces. */
  readonly labels: string;
}

export function makeOpening(created: string): Opening {
  const event = ['', ...SEVERITIES.map((severity) => `,"severity":${severity}`)].map((severity) => `,"created":"${created}"${severity}`);
  return { event, time: event.map((text) => `${text}},"@timestamp":`) };
}

/** `logweir` is the object's text without its end. */
export function makeMiddle(logweir: string): readonly string[] {
  return ['', ...LEVELS.map((level) => `"level":"${level}",`)].map((level) => `,"logweir":${logweir}},"log":{${level}"pattern":"`);
}

function bits(...slots: readonly number[]): number {
  return slots.reduce((mask, slot) => mask | (1 << slot), 0);
}

const EVENT = bits(SLOT.duration, SLOT.original);
const ORIGIN = bits(SLOT.file, SLOT.line, SLOT.function);
const LOG = bits(SLOT.logger) | ORIGIN;
const SERVICE = bits(SLOT.service, SLOT.version);
const HOST = bits(SLOT.host);
const PROCESS = bits(SLOT.pid, SLOT.thread);
const TRACES = bits(SLOT.trace, SLOT.span);
const ERROR = bits(SLOT.errorType, SLOT.errorMessage, SLOT.stackTrace);
const REQUEST = bits(SLOT.method, SLOT.referrer);
const HTTP = REQUEST | bits(SLOT.status, SLOT.bytes, SLOT.httpVersion);
const URL = bits(SLOT.urlOriginal, SLOT.urlPath, SLOT.urlQuery);
const CLIENT = bits(SLOT.clientIp, SLOT.userId, SLOT.userAgent);
const RARE = ERROR | CLIENT;
const GROUPS = LOG | SERVICE | HOST | PROCESS | TRACES | HTTP | URL | RARE;
const SCALARS = bits(SLOT.tags, SLOT.stream);

/** The record behind its sequence. */
export function renderRecord(draft: Draft, around: Surroundings, opening: Opening): string {
  const { mask, slots } = draft;
  const level = draft.level + 1;
  let text = (mask & EVENT) === 0 ? (opening.time[level] ?? '') : event(draft, opening.event[level] ?? '');
  text += draft.second;
  text += draft.tail;
  text += ',"message":';
  text += slots[SLOT.message];
  if ((mask & SCALARS) !== 0) text += scalars(draft, around);
  text += around.middle[level];
  text += draft.pattern;
  text += '"';
  if ((mask & GROUPS) !== 0) text = groups(draft, text, around);
  if (draft.labels !== '' || around.labels !== '') text += labels(draft.labels, around.labels);
  if (draft.attributes !== '') text += draft.attributes;
  return text + around.end[((mask & SERVICE) === 0 ? 0 : 1) + ((mask & HOST) === 0 ? 0 : 2)];
}

function groups(draft: Draft, before: string, around: Surroundings): string {
  const { mask, slots } = draft;
  let text = before;
  if ((mask & LOG) !== 0) text = log(draft, text);
  if ((mask & SERVICE) !== 0) text = service(draft, text, around);
  if ((mask & HOST) !== 0) {
    text += '},"host":{"name":';
    text += slots[SLOT.host];
  }
  if ((mask & PROCESS) !== 0) text = process(draft, text);
  if ((mask & TRACES) !== 0) text = traces(draft, text);
  if ((mask & HTTP) !== 0) text = http(draft, text);
  if ((mask & URL) !== 0) text = url(draft, text);
  return (mask & RARE) === 0 ? text : text + rare(draft);
}

function event(draft: Draft, opening: string): string {
  let text = opening;
  if (draft.has(SLOT.duration)) {
    text += ',"duration":';
    text += draft.slots[SLOT.duration];
  }
  if (draft.has(SLOT.original)) text += ',"original":' + draft.slots[SLOT.original];
  return text + '},"@timestamp":';
}

function log(draft: Draft, before: string): string {
  let text = before;
  if (draft.has(SLOT.logger)) {
    text += ',"logger":';
    text += draft.slots[SLOT.logger];
  }
  return (draft.mask & ORIGIN) === 0 ? text : `${text},${origin(draft)}`;
}

function origin(draft: Draft): string {
  const file = object([pair(draft, '"name":', SLOT.file), pair(draft, '"line":', SLOT.line)]);
  return '"origin":' + object([file === '{}' ? '' : '"file":' + file, pair(draft, '"function":', SLOT.function)]);
}

function service(draft: Draft, before: string, around: Surroundings): string {
  let text = before;
  if (draft.has(SLOT.service)) {
    text += '},"service":{"name":';
    text += draft.slots[SLOT.service];
  } else text += around.service;
  if (!draft.has(SLOT.version)) return text;
  return text + (text === before ? '},"service":{' : ',') + '"version":' + draft.slots[SLOT.version];
}

function process(draft: Draft, before: string): string {
  let text = before;
  if (draft.has(SLOT.pid)) {
    text += '},"process":{"pid":';
    text += draft.slots[SLOT.pid];
  }
  if (!draft.has(SLOT.thread)) return text;
  text += draft.has(SLOT.pid) ? ',"thread":{"name":' : '},"process":{"thread":{"name":';
  text += draft.slots[SLOT.thread];
  return text + '}';
}

function traces(draft: Draft, before: string): string {
  let text = before;
  if (draft.has(SLOT.trace)) {
    text += '},"trace":{"id":';
    text += draft.slots[SLOT.trace];
  }
  if (!draft.has(SLOT.span)) return text;
  text += '},"span":{"id":';
  return text + draft.slots[SLOT.span];
}

const METHOD_AND_STATUS = bits(SLOT.method, SLOT.status);

function http(draft: Draft, before: string): string {
  const { mask, slots } = draft;
  if ((mask & METHOD_AND_STATUS) !== METHOD_AND_STATUS) return before + '},"http":' + httpFields(draft).slice(0, -1);
  let text = before;
  text += '},"http":{"request":{"method":';
  text += slots[SLOT.method];
  if (draft.has(SLOT.referrer)) text += ',"referrer":' + slots[SLOT.referrer];
  text += '},"response":{"status_code":';
  text += slots[SLOT.status];
  if (draft.has(SLOT.bytes)) {
    text += ',"body":{"bytes":';
    text += slots[SLOT.bytes];
    text += '}';
  }
  if (!draft.has(SLOT.httpVersion)) return text + '}';
  text += '},"version":';
  return text + slots[SLOT.httpVersion];
}

function httpFields(draft: Draft): string {
  const request = object([pair(draft, '"method":', SLOT.method), pair(draft, '"referrer":', SLOT.referrer)]);
  const bytes = draft.has(SLOT.bytes) ? `"body":{"bytes":${draft.slots[SLOT.bytes]}}` : '';
  const response = object([pair(draft, '"status_code":', SLOT.status), bytes]);
  return object([
    request === '{}' ? '' : '"request":' + request,
    response === '{}' ? '' : '"response":' + response,
    pair(draft, '"version":', SLOT.httpVersion),
  ]);
}

function url(draft: Draft, before: string): string {
  const { slots } = draft;
  if (!draft.has(SLOT.urlOriginal)) {
    return before + '},"url":' + object([pair(draft, '"path":', SLOT.urlPath), pair(draft, '"query":', SLOT.urlQuery)]).slice(0, -1);
  }
  let text = before;
  text += '},"url":{"original":';
  text += slots[SLOT.urlOriginal];
  if (draft.has(SLOT.urlPath)) {
    text += ',"path":';
    text += slots[SLOT.urlPath];
  }
  return draft.has(SLOT.urlQuery) ? text + ',"query":' + slots[SLOT.urlQuery] : text;
}

function rare(draft: Draft): string {
  const { mask, slots } = draft;
  let text = '';
  if (draft.has(SLOT.clientIp)) text += '},"client":{"ip":' + slots[SLOT.clientIp];
  if (draft.has(SLOT.userId)) text += '},"user":{"id":' + slots[SLOT.userId];
  if (draft.has(SLOT.userAgent)) text += '},"user_agent":{"original":' + slots[SLOT.userAgent];
  if ((mask & ERROR) !== 0) text += '},"error":' + error(draft).slice(0, -1);
  return text;
}

function scalars(draft: Draft, around: Surroundings): string {
  const tags = draft.has(SLOT.tags) ? ',"tags":' + draft.slots[SLOT.tags] : '';
  return draft.has(SLOT.stream) && !around.hasStream ? `${tags},"stream":${draft.slots[SLOT.stream]}` : tags;
}

function error(draft: Draft): string {
  return object([
    pair(draft, '"type":', SLOT.errorType),
    pair(draft, '"message":', SLOT.errorMessage),
    pair(draft, '"stack_trace":', SLOT.stackTrace),
  ]);
}

function pair(draft: Draft, name: string, slot: number): string {
  return draft.has(slot) ? name + draft.slots[slot] : '';
}

function object(pairs: readonly string[]): string {
  return `{${pairs.filter((each) => each !== '').join(',')}}`;
}

/** The record's own labels win over the container's, of which those of the same name are left out. */
function labels(own: string, container: string): string {
  if (own === '' || container === '') return `},"labels":{${own}${container}`;
  return `},"labels":${JSON.stringify({ ...parse(container), ...parse(own) }).slice(0, -1)}`;
}

function parse(pairs: string): Record<string, string> {
  return JSON.parse(`{${pairs}}`) as Record<string, string>;
}
