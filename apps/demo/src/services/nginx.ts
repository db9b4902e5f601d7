import type { Line } from '../line.js';
import type { Visit } from '../visit.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The combined access log, and the error log when what is behind does not answer. */
export function nginxLines(visit: Visit): Line[] {
  const { address, method, path, status, agent, durationMs } = visit;
  const atMs = visit.atMs + durationMs;
  const bytes = 180 + ((visit.user * 7_919) % 24_000);
  const text = `${address} - - [${clock(atMs)}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "-" "${agent}"`;
  const line: Line = { service: 'nginx', atMs, stream: 'stdout', text };
  if (status !== 502) return [line];
  const when = new Date(atMs).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  const failure = `${when} [error] 29#29: *${visit.order} upstream timed out (110: Connection timed out) while reading response header from upstream, client: ${address}, server: shop, request: "${method} ${path} HTTP/1.1", upstream: "http://10.0.0.12:3000${path}"`;
  return [{ service: 'nginx', atMs: atMs - 1, stream: 'stderr', text: failure }, line];
}

function clock(atMs: number): string {
  const time = new Date(atMs).toISOString();
  return `${time.slice(8, 10)}/${MONTHS[Number(time.slice(5, 7)) - 1]}/${time.slice(0, 4)}:${time.slice(11, 19)} +0000`;
}
