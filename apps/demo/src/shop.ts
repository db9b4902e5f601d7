import type { Line } from './line.js';
import { Random } from './random.js';
import { cartLines } from './services/cart.js';
import { nginxLines } from './services/nginx.js';
import { paymentLines } from './services/payment.js';
import { webLines } from './services/web.js';
import { jobLines, mailLines } from './services/worker.js';
import { visitAt, type Weather } from './visit.js';

/** Requests a second on average; each leaves two or three lines. */
const BUSY = 1.6;
/** Visitors come and go in waves. */
const WAVE_SECONDS = 1_500;
/** In minutes: within every hour at least two troubles show in the histogram. */
const CYCLE = 23;
const PROVIDER_AWAY: readonly number[] = [11, 12];
const DATABASE_SLOW: readonly number[] = [4];

export function weatherAt(second: number): Weather {
  const minute = Math.floor(second / 60) % CYCLE;
  return { isProviderAway: PROVIDER_AWAY.includes(minute), isDatabaseSlow: DATABASE_SLOW.includes(minute) };
}

/** What began in this second of the epoch, in the order of time: the same for the same seed, whoever asks, and whenever. */
export function shopLines(second: number, seed: number): readonly Line[] {
  const random = new Random(seed, second);
  const weather = weatherAt(second);
  const wave = 1 + 0.6 * Math.sin((2 * Math.PI * second) / WAVE_SECONDS);
  // Who cannot pay tries again.
  const expected = BUSY * wave * (weather.isProviderAway ? 1.8 : 1);
  const visits = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
  const lines = jobLines(second, random, weather);
  for (let at = 0; at < visits; at++) {
    const visit = visitAt(second * 1_000 + random.next() * 1_000, random, weather);
    lines.push(...cartLines(visit), ...paymentLines(visit), ...webLines(visit), ...nginxLines(visit), ...mailLines(visit));
  }
  return lines.sort((a, b) => a.atMs - b.atMs);
}
