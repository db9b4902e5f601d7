/**
 * Memory of all buckets of all groups: blocks of 2^n words inside pages of typed arrays. 100 000 groups with an array each
 * would pay about 200 bytes of engine overhead per group; here a group pays for its block only, and blocks are used again.
 */

/** 256 KiB: small enough not to matter when a class is hardly used, large enough that a page's own cost vanishes. */
const PAGE_WORDS = 65_536;
/** Words of the smallest block: four buckets of a count. */
const SMALLEST = 8;
/** Blocks of this class and above (64 KiB) get a page of their own. */
const OWN_PAGE_CLASS = 11;
/** Kept for the next need, 4 MiB; more go back to the system. */
const MAX_EMPTY_PAGES = 16;

/** What windows may take together; beyond it buckets become coarser (see BucketWindows) and a counter says so. */
export const MAX_POOL_BYTES = 256 * 1_024 * 1_024;

/** "No block": what a holder has before its first bucket, and what `allocate` gives when the limit is reached. */
export const NO_BLOCK = -1;

export function wordsOfClass(sizeClass: number): number {
  return SMALLEST * 2 ** sizeClass;
}

interface Page {
  readonly words: Uint32Array;
  sizeClass: number;
  /** Blocks given out. */
  live: number;
  /** Where the part that was never cut begins. */
  cut: number;
  /** Offsets of blocks given back. */
  free: number[];
}

const NO_PAGE: Page = { words: new Uint32Array(0), sizeClass: 0, live: 0, cut: 0, free: [] };

export class BucketPool {
  readonly #pages: Page[] = [];
  /** Pages without a block, of PAGE_WORDS: for any class. When many groups grow together they leave whole pages behind. */
  readonly #empty: number[] = [];
  /** Numbers of pages that were given up. */
  readonly #gone: number[] = [];
  /** Per class, pages that have room. */
  readonly #roomy: Set<number>[] = [];
  #bytes = 0;

  constructor(private readonly limit = MAX_POOL_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** A block of `wordsOfClass(sizeClass)` words, content undefined; NO_BLOCK at the limit. */
  allocate(sizeClass: number): number {
    const words = wordsOfClass(sizeClass);
    const roomy = (this.#roomy[sizeClass] ??= new Set());
    const [number = this.#open(sizeClass)] = roomy;
    const page = this.#pages[number];
    if (page === undefined) return NO_BLOCK;
    let offset = page.free.pop();
    if (offset === undefined) {
      offset = page.cut;
      page.cut += words;
    }
    page.live++;
    if (page.free.length === 0 && page.cut + words > page.words.length) roomy.delete(number);
    else roomy.add(number);
    return number * PAGE_WORDS + offset;
  }

  release(block: number): void {
    const number = Math.floor(block / PAGE_WORDS);
    const page = this.#pages[number] ?? NO_PAGE;
    page.live--;
    page.free.push(block % PAGE_WORDS);
    if (page.live > 0) this.#roomy[page.sizeClass]?.add(number);
    else this.#close(number, page);
  }

  /** The words a block lies in, and where it begins in them. */
  page(block: number): Uint32Array {
    return (this.#pages[Math.floor(block / PAGE_WORDS)] ?? NO_PAGE).words;
  }

  offset(block: number): number {
    return block % PAGE_WORDS;
  }

  /** Number of a page for a class; NO_BLOCK at the limit. */
  #open(sizeClass: number): number {
    const length = sizeClass >= OWN_PAGE_CLASS ? wordsOfClass(sizeClass) : PAGE_WORDS;
    const empty = length === PAGE_WORDS ? this.#empty.pop() : undefined;
    const used = empty === undefined ? undefined : this.#pages[empty];
    if (empty !== undefined && used !== undefined) {
      used.sizeClass = sizeClass;
      return empty;
    }
    if (this.#bytes + length * 4 > this.limit) return NO_BLOCK;
    this.#bytes += length * 4;
    const number = this.#gone.pop() ?? this.#pages.length;
    this.#pages[number] = { words: new Uint32Array(length), sizeClass, live: 0, cut: 0, free: [] };
    return number;
  }

  #close(number: number, page: Page): void {
    this.#roomy[page.sizeClass]?.delete(number);
    page.cut = 0;
    page.free = [];
    if (page.words.length === PAGE_WORDS && this.#empty.length < MAX_EMPTY_PAGES) {
      this.#empty.push(number);
      return;
    }
    this.#bytes -= page.words.length * 4;
    this.#pages[number] = NO_PAGE;
    this.#gone.push(number);
  }
}
