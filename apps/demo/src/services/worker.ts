import type { Line } from '../line.js';
import type { Random } from '../random.js';
import type { Visit, Weather } from '../visit.js';

const GREEN = '\u001b[32m';
const YELLOW = '\u001b[33m';
const RED = '\u001b[31m';
const PLAIN = '\u001b[0m';

/** Coloured text, as people leave it on: mails for orders that were paid. */
export function mailLines({ action, status, atMs, durationMs, order, user }: Visit): Line[] {
  if (action !== 'checkout' || status !== 200) return [];
  const text = `[${GREEN}INFO${PLAIN}] mail "order ${order} is on its way" sent to user ${user}`;
  return [{ service: 'worker', atMs: atMs + durationMs + 700, stream: 'stdout', text }];
}

/** What it does by itself, whoever visits. */
export function jobLines(second: number, random: Random, { isDatabaseSlow }: Weather): Line[] {
  const atMs = second * 1_000 + random.next() * 900;
  const line = (colour: string, level: string, text: string): Line[] => [
    { service: 'worker', atMs, stream: level === 'ERROR' ? 'stderr' : 'stdout', text: `[${colour}${level}${PLAIN}] ${text}` },
  ];
  if (isDatabaseSlow && random.chance(0.3))
    return line(YELLOW, 'WARN', `query took ${random.whole(1_200, 4_800)} ms: SELECT * FROM stock WHERE sku = $1`);
  if (second % 30 === 0) return line(GREEN, 'INFO', `stock synchronised: ${random.whole(40, 90)} items in ${random.whole(80, 400)} ms`);
  if (random.chance(0.001)) return line(RED, 'ERROR', `job image-resize failed: no space left in /tmp (attempt ${random.whole(1, 3)})`);
  return [];
}
