import type { Line } from '../line.js';
import type { Visit } from '../visit.js';

/** logfmt, as Go programs write it. */
export function cartLines({ action, atMs, user, sku, trace, durationMs, status }: Visit): Line[] {
  if (action !== 'cart' && action !== 'checkout') return [];
  const line = (level: string, msg: string, more: string): Line => {
    const text = `time=${new Date(atMs + 2).toISOString()} level=${level} msg="${msg}" user_id=${user} trace_id=${trace} ${more}`;
    return { service: 'cart', atMs: atMs + 2, stream: 'stderr', text };
  };
  if (action === 'cart') return [line('info', 'item added', `sku=${sku} quantity=${1 + (user % 3)} took=${(durationMs / 2).toFixed(1)}ms`)];
  if (status === 502) return [line('warn', 'cart kept, the order was not paid', `items=${1 + (user % 4)}`)];
  return [line('info', 'cart closed', `items=${1 + (user % 4)}`)];
}
