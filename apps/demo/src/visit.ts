import type { Random } from './random.js';

/** How the shop is at a time. */
export interface Weather {
  /** The payment provider does not answer most of the time. */
  readonly isProviderAway: boolean;
  /** The database is slow. */
  readonly isDatabaseSlow: boolean;
}

export type Action = 'page' | 'search' | 'cart' | 'checkout' | 'health' | 'scan';

/** One request of a visitor, from which all its lines are made. */
export interface Visit {
  readonly atMs: number;
  readonly action: Action;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly address: string;
  readonly agent: string;
  readonly user: number;
  readonly trace: string;
  readonly order: number;
  readonly cents: number;
  readonly sku: string;
}

const AGENTS: readonly [string, ...string[]] = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
];
const SKUS: readonly [string, ...string[]] = [
  'mug-blue',
  'mug-red',
  'poster-a2',
  'tea-green-100g',
  'tea-black-250g',
  'notebook',
  'lamp-desk',
];
const WORDS: readonly [string, ...string[]] = ['tea', 'blue+mug', 'lamp', '%EC%B0%A8', 'gift', 'poster+a2'];
const SCANNED: readonly [string, ...string[]] = ['/wp-login.php', '/.env', '/phpmyadmin/', '/.git/config'];
const ACTIONS: readonly [Action, ...Action[]] = ['page', 'page', 'page', 'page', 'search', 'search', 'cart', 'cart', 'checkout', 'health'];
const FIRST_ORDER = 10_000;

const TYPICAL_MS: Readonly<Record<Action, number>> = { page: 35, search: 90, cart: 25, checkout: 380, health: 1, scan: 2 };

export function visitAt(atMs: number, random: Random, weather: Weather): Visit {
  const action = random.chance(0.012) ? 'scan' : random.pick(ACTIONS);
  const sku = random.pick(SKUS);
  return {
    atMs,
    action,
    method: action === 'cart' || action === 'checkout' ? 'POST' : 'GET',
    path: pathOf(action, sku, random),
    ...outcomeOf(action, random, weather),
    ...clientOf(action, random),
    user: random.whole(1, 400),
    trace: random.hex(32),
    order: FIRST_ORDER + (Math.floor(atMs / 1_000) % 1_000_000),
    cents: random.whole(4, 120) * 100 - 1,
    sku,
  };
}

function outcomeOf(action: Action, random: Random, weather: Weather): Pick<Visit, 'status' | 'durationMs'> {
  const isFailing = action === 'checkout' && weather.isProviderAway && random.chance(0.65);
  if (isFailing) return { status: 502, durationMs: 5_000 + random.next() * 40 };
  const isSlow = weather.isDatabaseSlow && (action === 'search' || action === 'page');
  return { status: statusOf(action, random), durationMs: random.slow(TYPICAL_MS[action] * (isSlow ? 12 : 1)) };
}

function clientOf(action: Action, random: Random): Pick<Visit, 'address' | 'agent'> {
  if (action === 'health') return { address: '10.0.0.2', agent: 'kube-probe/1.33' };
  const agent = action === 'scan' ? 'Go-http-client/1.1' : random.pick(AGENTS);
  return { address: `203.0.113.${random.whole(2, 250)}`, agent };
}

function pathOf(action: Action, sku: string, random: Random): string {
  switch (action) {
    case 'page':
      return random.chance(0.3) ? '/' : `/products/${sku}`;
    case 'search':
      return `/search?q=${random.pick(WORDS)}`;
    case 'cart':
      return '/api/cart/items';
    case 'checkout':
      return '/api/checkout';
    case 'health':
      return '/healthz';
    case 'scan':
      return random.pick(SCANNED);
  }
}

function statusOf(action: Action, random: Random): number {
  if (action === 'scan') return 404;
  if (action === 'page' && random.chance(0.02)) return 404;
  if (action === 'checkout' && random.chance(0.04)) return 402;
  return action === 'cart' ? 201 : 200;
}
