import type { Draft } from './draft.js';
import { LEVELS, NO_LEVEL, SEVERITIES } from './levels.js';
import { SLOT } from './slots.js';

/** What repeats from record to record, rendered once: each is '' or begins with a comma. */
export interface Surroundings {
  readonly service: string;
  readonly host: string;
  /** `,"container":{...}` */
  readonly container: string;
  readonly stream: string;
  /** Pairs for `labels`, without braces. */
  readonly labels: string;
  /** `,"logweir":{...}}`: the end of the record. */
  readonly end: string;
}

const SEVERITY = SEVERITIES.map((severity) => `,"severity":${severity}`);
const LOG_LEVEL = LEVELS.map((level) => `,"log":{"level":"${level}"`);

function bits(...slots: readonly number[]): number {
  return slots.reduce((mask, slot) => mask | (1 << slot), 0);
}

const EVENT = bits(SLOT.duration, SLOT.original);
const ORIGIN = bits(SLOT.file, SLOT.line, SLOT.function);
const LOG = bits(SLOT.logger) | ORIGIN;
const PROCESS = bits(SLOT.pid, SLOT.thread);
const TRACES = bits(SLOT.trace, SLOT.span);
const ERROR = bits(SLOT.errorType, SLOT.errorMessage, SLOT.stackTrace);
const RESPONSE = bits(SLOT.status, SLOT.bytes);
const REQUEST = bits(SLOT.method, SLOT.referrer);
const HTTP = REQUEST | RESPONSE | bits(SLOT.httpVersion);
const URL = bits(SLOT.urlOriginal, SLOT.urlPath, SLOT.urlQuery);
const CLIENT = bits(SLOT.clientIp, SLOT.userId, SLOT.userAgent);
const SERVICE = bits(SLOT.service, SLOT.version);
const HOST = bits(SLOT.host);
const RARE = PROCESS | TRACES | ERROR | HTTP | URL | CLIENT | bits(SLOT.tags);

/** The record behind its sequence: `created` is `,"created":"…"`, `time` the `@timestamp` as JSON. */
export function renderRecord(draft: Draft, around: Surroundings, created: string, time: string): string {
  const { mask, slots, level } = draft;
  let text = level === NO_LEVEL ? created : created + SEVERITY[level];
  if ((mask & EVENT) !== 0) text += field(draft, ',"duration":', SLOT.duration) + field(draft, ',"original":', SLOT.original);
  text += '},"@timestamp":' + time + ',"message":' + slots[SLOT.message];
  if (level !== NO_LEVEL) text += (mask & LOG) === 0 ? LOG_LEVEL[level] + '}' : LOG_LEVEL[level] + logRest(draft, ',');
  else if ((mask & LOG) !== 0) text += ',"log":{' + logRest(draft, '');
  text += (mask & SERVICE) === 0 ? around.service : service(draft, around);
  text += (mask & HOST) === 0 ? around.host : ',"host":{"name":' + slots[SLOT.host] + '}';
  text += around.container;
  text += (mask & (1 << SLOT.stream)) === 0 || around.stream !== '' ? around.stream : ',"stream":' + slots[SLOT.stream];
  if ((mask & RARE) !== 0) text += rare(draft);
  if (draft.labels !== '' || around.labels !== '') text += labels(draft.labels, around.labels);
  if (draft.attributes !== '') text += ',' + draft.attributes + '}';
  return text + around.end;
}

function field(draft: Draft, name: string, slot: number): string {
  return draft.has(slot) ? name + draft.slots[slot] : '';
}

function logRest(draft: Draft, comma: string): string {
  const { mask, slots } = draft;
  const logger = draft.has(SLOT.logger) ? comma + '"logger":' + slots[SLOT.logger] : '';
  if ((mask & ORIGIN) === 0) return logger + '}';
  const name = draft.has(SLOT.file) ? '"name":' + slots[SLOT.file] : '';
  const line = draft.has(SLOT.line) ? (name === '' ? '"line":' : ',"line":') + slots[SLOT.line] : '';
  const file = name === '' && line === '' ? '' : `"file":{${name}${line}}`;
  const called = draft.has(SLOT.function) ? (file === '' ? '"function":' : ',"function":') + slots[SLOT.function] : '';
  return `${logger}${logger === '' ? comma : ','}"origin":{${file}${called}}}`;
}

function service(draft: Draft, around: Surroundings): string {
  const { slots } = draft;
  if (!draft.has(SLOT.version)) return ',"service":{"name":' + slots[SLOT.service] + '}';
  const name = draft.has(SLOT.service) ? '"name":' + slots[SLOT.service] : around.service.slice(',"service":{'.length, -1);
  return `,"service":{${name}${name === '' ? '' : ','}"version":${slots[SLOT.version]}}`;
}

function rare(draft: Draft): string {
  const { mask } = draft;
  let text = '';
  if ((mask & PROCESS) !== 0)
    text += group(',"process":{', [field(draft, ',"pid":', SLOT.pid), wrap(',"thread":{', field(draft, ',"name":', SLOT.thread))]);
  if ((mask & TRACES) !== 0) text += ids(draft);
  if ((mask & ERROR) !== 0) text += error(draft);
  if ((mask & HTTP) !== 0) text += http(draft);
  if ((mask & URL) !== 0) text += url(draft);
  if ((mask & CLIENT) !== 0) text += client(draft);
  return text + field(draft, ',"tags":', SLOT.tags);
}

function ids(draft: Draft): string {
  const trace = draft.has(SLOT.trace) ? ',"trace":{"id":' + draft.slots[SLOT.trace] + '}' : '';
  return draft.has(SLOT.span) ? trace + ',"span":{"id":' + draft.slots[SLOT.span] + '}' : trace;
}

function error(draft: Draft): string {
  const parts = [
    field(draft, ',"type":', SLOT.errorType),
    field(draft, ',"message":', SLOT.errorMessage),
    field(draft, ',"stack_trace":', SLOT.stackTrace),
  ];
  return group(',"error":{', parts);
}

function http(draft: Draft): string {
  const { mask, slots } = draft;
  const isMethodOnly = (mask & REQUEST) === 1 << SLOT.method;
  const request = isMethodOnly
    ? '"request":{"method":' + slots[SLOT.method] + '}'
    : wrap('"request":{', field(draft, ',"method":', SLOT.method) + field(draft, ',"referrer":', SLOT.referrer));
  const bytes = draft.has(SLOT.bytes) ? ',"body":{"bytes":' + slots[SLOT.bytes] + '}' : '';
  const isStatus = draft.has(SLOT.status);
  const response = isStatus ? '"response":{"status_code":' + slots[SLOT.status] + bytes + '}' : wrap('"response":{', bytes);
  const version = draft.has(SLOT.httpVersion) ? '"version":' + slots[SLOT.httpVersion] : '';
  let text = request;
  if (response !== '') text += text === '' ? response : ',' + response;
  if (version !== '') text += text === '' ? version : ',' + version;
  return ',"http":{' + text + '}';
}

function url(draft: Draft): string {
  const { slots } = draft;
  if (!draft.has(SLOT.urlOriginal))
    return group(',"url":{', [field(draft, ',"path":', SLOT.urlPath), field(draft, ',"query":', SLOT.urlQuery)]);
  let text = ',"url":{"original":' + slots[SLOT.urlOriginal];
  if (draft.has(SLOT.urlPath)) text += ',"path":' + slots[SLOT.urlPath];
  if (draft.has(SLOT.urlQuery)) text += ',"query":' + slots[SLOT.urlQuery];
  return text + '}';
}

function client(draft: Draft): string {
  const { slots } = draft;
  let text = draft.has(SLOT.clientIp) ? ',"client":{"ip":' + slots[SLOT.clientIp] + '}' : '';
  if (draft.has(SLOT.userId)) text += ',"user":{"id":' + slots[SLOT.userId] + '}';
  if (draft.has(SLOT.userAgent)) text += ',"user_agent":{"original":' + slots[SLOT.userAgent] + '}';
  return text;
}

/** Parts begin with a comma or are empty. */
function group(open: string, parts: readonly string[]): string {
  return wrap(open, parts.join(''));
}

function wrap(open: string, inner: string): string {
  return inner === '' ? '' : `${open}${inner.slice(1)}}`;
}

/** The record's own labels win over the container's, of which those of the same name are left out. */
function labels(own: string, container: string): string {
  if (own === '' || container === '') return `,"labels":{${own}${container}}`;
  const merged = { ...parse(container), ...parse(own) };
  return `,"labels":${JSON.stringify(merged)}`;
}

function parse(pairs: string): Record<string, string> {
  return JSON.parse(`{${pairs}}`) as Record<string, string>;
}
