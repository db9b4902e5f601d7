import type { Scale } from './levels.js';
import { SLOT } from './slots.js';

/** How a value must look to take its place; what does not fit becomes an attribute under its own name. */
export type TargetKind =
  | 'attribute'
  | 'label'
  | 'message'
  | 'time'
  | 'level'
  | 'keyword'
  | 'integer'
  | 'ip'
  | 'url'
  | 'duration'
  | 'caller'
  | 'error'
  | 'tags'
  | 'name'
  | 'stream';

export interface Target {
  readonly kind: TargetKind;
  readonly slot: number;
  /** For `level`. */
  readonly scale: Scale;
  /** Nanoseconds in one unit of a plain number, for `duration`; 0 when only text with a unit counts. */
  readonly unit: number;
}

function target(kind: TargetKind, slot = 0, more: Partial<Target> = {}): Target {
  return { kind, slot, scale: 'level', unit: 0, ...more };
}

export const ATTRIBUTE = target('attribute');
export const LABEL = target('label');

const MS = 1_000_000;

/** The names people use, with dots for nested objects. Names are exact: what differs in case is somebody's own field. */
const TABLE: readonly (readonly [Target, string])[] = [
  [target('message', SLOT.message), 'message msg log text event @m @mt @message short_message MESSAGE body'],
  [target('time'), 'time ts timestamp @timestamp datetime asctime @t eventTime event_time timeMillis t.$date Timestamp'],
  [target('level'), 'level lvl log.level levelname level_name @l @level Level LogLevel LEVEL'],
  [target('level', 0, { scale: 'severity' }), 'severity severity_text severityText'],
  [target('level', 0, { scale: 'ordinal' }), 'loglevel log_level logLevel'],
  [target('level', 0, { scale: 'otel' }), 'severity_number severityNumber'],
  [target('level', 0, { scale: 'syslog' }), 'PRIORITY syslog.severity'],
  [target('level', 0, { scale: 'python' }), 'levelno'],
  [target('keyword', SLOT.logger), 'logger log.logger logger_name loggerName SourceContext @module context Category'],
  [target('name', SLOT.logger), 'name'],
  [target('caller', SLOT.file), 'caller @caller'],
  [target('keyword', SLOT.file), 'log.origin.file.name source.file filename'],
  [target('integer', SLOT.line), 'log.origin.file.line source.line lineno'],
  [target('keyword', SLOT.function), 'log.origin.function source.function funcName'],
  [target('keyword', SLOT.service), 'service service.name app application app_name appName service_name serviceName'],
  [target('keyword', SLOT.version), 'service.version service_version serviceVersion app_version appVersion'],
  [target('keyword', SLOT.host), 'hostname host host.name host.hostname'],
  [target('integer', SLOT.pid), 'pid process.pid process_id processId'],
  [target('keyword', SLOT.thread), 'thread thread_name threadName process.thread.name'],
  [target('keyword', SLOT.trace), 'trace_id traceId trace.id traceid traceID @tr dd.trace_id'],
  [target('keyword', SLOT.span), 'span_id spanId span.id spanid spanID @sp dd.span_id'],
  [target('error', SLOT.errorMessage), 'error err exception error.message err.message exception.message error_message errorMessage @x'],
  [
    target('keyword', SLOT.errorType),
    'error.type err.type err.name error.name exception.type exception.class error_type errorType exception.exception_class',
  ],
  [
    target('keyword', SLOT.stackTrace),
    'stack stack_trace stacktrace stackTrace error.stack error.stack_trace err.stack exc_info exception.stacktrace exception.stack errorVerbose',
  ],
  [target('keyword', SLOT.method), 'method http.request.method req.method request.method http.method requestMethod'],
  [
    target('integer', SLOT.status),
    'status statusCode status_code res.statusCode res.status response.status response.statusCode http.status_code http.status http.response.status_code',
  ],
  [target('integer', SLOT.bytes), 'http.response.body.bytes'],
  [target('keyword', SLOT.referrer), 'http.request.referrer'],
  [target('keyword', SLOT.httpVersion), 'http.version'],
  [target('url', SLOT.urlOriginal), 'url uri req.url request.url request_uri http.url url.original url.full'],
  [target('keyword', SLOT.urlPath), 'url.path'],
  [target('keyword', SLOT.urlQuery), 'url.query'],
  [target('ip', SLOT.clientIp), 'client.ip client_ip clientIp remote_addr remoteAddr remote_ip req.remoteAddress client.address'],
  [target('keyword', SLOT.userId), 'user.id'],
  [target('keyword', SLOT.userAgent), 'user_agent userAgent user-agent user_agent.original req.headers.user-agent'],
  [
    target('duration', SLOT.duration, { unit: MS }),
    'responseTime duration_ms durationMs elapsed_ms elapsedMs latency_ms latencyMs response_time_ms took_ms',
  ],
  [target('duration', SLOT.duration, { unit: 1 }), 'event.duration duration_ns'],
  [target('duration', SLOT.duration, { unit: 1_000_000_000 }), 'duration_s duration_seconds elapsed_seconds'],
  [target('duration', SLOT.duration), 'duration elapsed latency took'],
  [target('tags', SLOT.tags), 'tags'],
  [target('stream', SLOT.stream), 'stream'],
];

const BY_PATH = new Map<string, Target>(TABLE.flatMap(([to, names]) => names.split(' ').map((name) => [name, to] as const)));

/** Where a field of this dotted path belongs. */
export function targetOf(path: string): Target {
  return BY_PATH.get(path) ?? (path.startsWith('labels.') && path.length > 7 ? LABEL : ATTRIBUTE);
}
