import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { JournalFuzz } from './fuzz-behind.js';
import { type FuzzTarget, fuzzTargets } from './fuzz-targets.js';

/**
 * Mutated vectors, random bytes and random splits against every decoder, the query
 * language, the normaliser and the start of a journal:
 *
 *   npm run fuzz -- --cases 1000000 --seed 7 --only forward
 *
 * A case is named by its seed and number: the same two give the same bytes. Ends with status 1 when a decoder threw
 * something else than it may, took too long over one case, or memory went beyond the limit.
 */

/** A case takes microseconds; this is a hang even on a busy machine. */
const MAX_CASE_MS = 2000;
/** The same for a case that syncs files: a disk that others use makes it wait for seconds. */
const MAX_DISK_CASE_MS = 20_000;
/** Small limits are given to the decoders, so this is far above what they need together with V8. */
const MAX_RSS_MIB = 512;
/** Cases between two looks at memory. */
const CHECK_CASES = 1024;
/**
 * Cases between two turns of the event loop. zlib frees an engine that failed on the next turn only: without any, each damaged
 * payload would keep its buffers, and memory would grow by what no server with sockets keeps.
 */
const BREATH_CASES = 64;
const MAX_SHOWN = 20;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

/** The package's folder, from `dist/bench/` as well as from `bench/`. */
const here = new URL('..', import.meta.url);
const root = here.pathname.endsWith('/dist/') ? new URL('..', here) : here;

/** mulberry32: small, fast, and the same everywhere. */
class Random {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let index = 0; index < length; index += 1) bytes[index] = this.below(256);
    return bytes;
  }
}

/** First bytes of MessagePack's long forms, brackets, line ends: where decoders decide. */
const TELLING = [
  0x00, 0x7f, 0x80, 0x90, 0x91, 0x92, 0x93, 0x94, 0xa0, 0xc0, 0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xcf, 0xd3, 0xd7, 0xd9, 0xdb, 0xdd, 0xdf, 0xff,
  0x0a, 0x22, 0x5b, 0x5d, 0x7b,
];

const MUTATIONS: readonly ((bytes: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer)[] = [
  (bytes, random) => withByte(bytes, random, random.below(256)),
  (bytes, random) => withByte(bytes, random, random.pick(TELLING)),
  (bytes, random) => withByte(bytes, random, (bytes[random.below(bytes.length)] ?? 0) ^ (1 << random.below(8))),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => splice(bytes, random, random.bytes(random.below(9))),
  (bytes, random) => splice(bytes, random, Buffer.alloc(random.below(200), random.pick(TELLING))),
  (bytes, random) => splice(bytes, random, Buffer.of(random.pick([0xc6, 0xdb, 0xdd, 0xdf]), 0xff, 0xff, 0xff, 0xff)),
  (bytes, random, seeds) => Buffer.concat([bytes, random.pick(seeds)]),
  (bytes, random, seeds) => splice(bytes, random, part(random.pick(seeds), random)),
  (bytes) => bytes,
];

function withByte(bytes: Buffer, random: Random, byte: number): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[random.below(copy.length)] = byte;
  return copy;
}

function splice(bytes: Buffer, random: Random, insert: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + random.below(3))]);
}

function part(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  return bytes.subarray(at, at + random.below(64));
}

function input(target: FuzzTarget, random: Random): Buffer {
  if (random.below(16) === 0) return random.bytes(random.below(300));
  let bytes = random.pick(target.seeds);
  for (let count = random.below(4); count >= 0; count -= 1) bytes = random.pick(MUTATIONS)(bytes, random, target.seeds);
  return bytes;
}

function pieces(bytes: Buffer, random: Random): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = random.below(4) === 0 ? 1 + random.below(8) : 1 + random.below(bytes.length);
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  return parts;
}

class Fuzzer {
  private crashes = 0;
  private hangs = 0;
  private slowest = 0;
  private slowestOnDisk = 0;
  private rss = 0;
  private readonly quick: readonly FuzzTarget[];
  private readonly slow: readonly FuzzTarget[];

  constructor(
    private readonly targets: readonly FuzzTarget[],
    private readonly seed: number,
  ) {
    this.quick = targets.filter(({ oneIn }) => oneIn === undefined);
    this.slow = targets.filter(({ oneIn }) => oneIn !== undefined);
  }

  async run(cases: number): Promise<boolean> {
    const started = performance.now();
    for (let number = 0; number < cases; number += 1) {
      await this.case(number);
      if (number % BREATH_CASES === 0) await setImmediate();
      if (number % CHECK_CASES === 0) this.rss = Math.max(this.rss, process.memoryUsage.rss());
      if (number > 0 && number % Math.max(CHECK_CASES, Math.floor(cases / 10)) === 0) this.report(number, started);
    }
    this.report(cases, started);
    return this.crashes === 0 && this.hangs === 0 && this.rss < MAX_RSS_MIB * 2 ** 20;
  }

  private targetOf(number: number): FuzzTarget {
    const slow = this.slow.find(({ oneIn = 1 }) => this.quick.length === 0 || number % oneIn === 0);
    return slow ?? (this.quick[number % this.quick.length] as FuzzTarget);
  }

  private async case(number: number): Promise<void> {
    const target = this.targetOf(number);
    const random = new Random(Math.imul(this.seed, 0x9e3779b1) ^ number);
    const bytes = input(target, random);
    const parts = pieces(bytes, random);
    const before = performance.now();
    try {
      const running = target.run(parts);
      if (running !== undefined) await running;
    } catch (error) {
      this.crashes += 1;
      this.show(target, number, bytes, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    const took = performance.now() - before;
    if (target.oneIn === undefined) this.slowest = Math.max(this.slowest, took);
    else this.slowestOnDisk = Math.max(this.slowestOnDisk, took);
    if (took <= (target.oneIn === undefined ? MAX_CASE_MS : MAX_DISK_CASE_MS)) return;
    this.hangs += 1;
    this.show(target, number, bytes, `took ${took.toFixed(0)} ms`);
  }

  private show(target: FuzzTarget, number: number, bytes: Buffer, what: string): void {
    if (this.crashes + this.hangs > MAX_SHOWN) return;
    process.stdout.write(`case ${number} (${target.name}, seed ${this.seed}): ${what}\n  ${bytes.toString('hex', 0, 400)}\n`);
  }

  private report(cases: number, started: number): void {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const found = `${this.crashes} crashes, ${this.hangs} hangs, slowest case ${this.slowest.toFixed(1)} ms (on disk ${this.slowestOnDisk.toFixed(0)} ms), max RSS ${(this.rss / 2 ** 20).toFixed(0)} MiB`;
    process.stdout.write(`${cases} cases over ${this.targets.length} targets in ${seconds} s: ${found}\n`);
  }
}

const journal = await JournalFuzz.prepare();
try {
  const all = fuzzTargets(root, journal);
  const targets = all.filter(({ name }) => values.only === undefined || name === values.only);
  if (targets.length === 0)
    throw new Error(`--only ${values.only}: there is no such target; they are ${all.map(({ name }) => name).join(', ')}`);
  process.exitCode = (await new Fuzzer(targets, Number(values.seed)).run(Number(values.cases))) ? 0 : 1;
} finally {
  await journal.end();
}
