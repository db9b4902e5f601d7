import type { Line } from '../line.js';
import type { Visit } from '../visit.js';

/** JSON as pino writes it. */
export function webLines(visit: Visit): Line[] {
  const { action, method, path: url, status, durationMs, user, trace } = visit;
  if (action === 'health' || action === 'scan') return [];
  const atMs = visit.atMs + durationMs - 0.2;
  const level = status >= 500 ? 50 : durationMs > 1_000 ? 40 : 30;
  const msg = status >= 500 ? 'request failed' : level === 40 ? 'request was slow' : 'request completed';
  const fields = { level, time: Math.floor(atMs), pid: 1, name: 'web', reqId: trace.slice(0, 8), trace_id: trace, user_id: user };
  const request = { req: { method, url }, res: { statusCode: status }, responseTime: Math.round(durationMs * 10) / 10 };
  const error = { err: { type: 'UpstreamError', message: 'payment: no answer within 5000 ms' } };
  const text = JSON.stringify({ ...fields, ...request, ...(status >= 500 && error), msg });
  return [{ service: 'web', atMs, stream: 'stdout', text }];
}
