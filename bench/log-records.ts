import { Patterns } from '#libs/patterns';
import type { WriteBatch } from '#libs/store';

/** Records as a small shop writes them, about 730 bytes each, the same at every run. */

const SERVICES = ['checkout', 'cart', 'search', 'payments', 'accounts', 'mailer', 'gateway', 'stock'];
const LEVELS = ['info', 'info', 'info', 'info', 'info', 'info', 'debug', 'debug', 'warn', 'error'];
const SEVERITY: Readonly<Record<string, number>> = { debug: 5, info: 9, warn: 13, error: 17 };
const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'ap-northeast-2'];
const PATHS = ['/api/v1/orders', '/api/v1/carts', '/api/v1/users', '/api/v1/search', '/healthz'];
const STATUS = [200, 200, 200, 200, 201, 204, 304, 404, 500];

/** One record in this many holds the rare word. */
export const RARE_EVERY = 1_000_000;
export const RARE_WORD = 'quicksilver';
export const USERS = 250_000;

/** mulberry32: small, fast, and the same everywhere. */
class Random {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits)
      text += this.below(2 ** 32)
        .toString(16)
        .padStart(8, '0');
    return text.slice(0, digits);
  }
}

const MESSAGES: readonly ((random: Random, user: number) => string)[] = [
  (random, user) => `order ${random.below(1e7)} of customer ${user} accepted in ${random.below(900)} ms`,
  (random) => `GET ${random.pick(PATHS)}/${random.below(1e6)} answered ${random.pick(STATUS)} after ${random.below(2000)} ms`,
  (random, user) => `cart of user ${user} holds ${random.below(40)} items worth ${random.below(90_000) / 100} EUR`,
  (random) => `payment provider took ${random.below(5000)} ms, attempt ${random.below(3) + 1} of 3, reference ${random.hex(12)}`,
  (random) => `cache miss for key product:${random.below(1e6)}:${random.pick(REGIONS)}, loading from the database`,
  (random, user) => `connection of user ${user} closed by peer 10.${random.below(256)}.${random.below(256)}.${random.below(256)}`,
];

export class LogRecords {
  private readonly random = new Random(20_261_121);
  private readonly patterns = new Patterns();
  private sequence = 0;

  constructor(private readonly journal: string) {}

  /** The next `count` records, spread evenly from `fromMs` on. */
  batch(count: number, fromMs: number, stepMs: number): WriteBatch {
    const lines: string[] = [];
    const positions = new Float64Array(count);
    for (let index = 0; index < count; index += 1) {
      this.sequence += 1;
      positions[index] = this.sequence;
      lines.push(`{"create":{"_id":"${this.journal}-${this.sequence}"}}`, this.line(fromMs + index * stepMs));
    }
    return { journal: this.journal, bulk: Buffer.from(`${lines.join('\n')}\n`), count, positions };
  }

  private line(ms: number): string {
    const { random } = this;
    const time = `${new Date(ms).toISOString().slice(0, -1)}${String(random.below(1e6)).padStart(6, '0')}Z`;
    const service = random.pick(SERVICES);
    const level = random.pick(LEVELS);
    const user = random.below(USERS);
    const message = random.pick(MESSAGES)(random, user);
    return JSON.stringify({
      event: { sequence: this.sequence, created: time, severity: SEVERITY[level] },
      '@timestamp': time,
      message: this.sequence % RARE_EVERY === RARE_EVERY >> 1 ? `${message} ${RARE_WORD}` : message,
      log: { level, pattern: this.patterns.idOf(message), logger: `com.shop.${service}` },
      service: { name: service },
      host: { name: `node-${random.below(4)}` },
      container: { id: `${SERVICES.indexOf(service)}c0ffee`.repeat(8), name: `${service}-1`, image: { name: `shop/${service}:1.4.2` } },
      stream: 'stdout',
      trace: { id: random.hex(32) },
      http: { response: { status_code: random.pick(STATUS) } },
      attributes: { user_id: user, region: random.pick(REGIONS), elapsed_ms: random.below(2000) },
      logweir: { source: 'forward', tag: `docker.${service}`, node: `bench-${this.journal}` },
    });
  }
}
