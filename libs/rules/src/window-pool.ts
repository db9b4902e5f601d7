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
const EMPTY = new Uint32Array(0);

/** What windows may take together; beyond it buckets become coarser (see BucketWindows) and a counter says so. */
export const MAX_POOL_BYTES = 256 * 1_024 * 1_024;

/** "No block": what a holder has before its first bucket, and what `allocate` gives when the limit is reached. */
export const NO_BLOCK = -1;

export function wordsOfClass(sizeClass: number): number {
  return SMALLEST * 2 ** sizeClass;
}

export class BucketPool {
  readonly #pages: Uint32Array[] = [];
  readonly #freePages: number[] = [];
  /** Freed blocks per class. */
  readonly #free: number[][] = [];
  /** Per class, where the page being cut continues. */
  readonly #cut: { page: number; offset: number }[] = [];
  #bytes = 0;

  constructor(private readonly limit = MAX_POOL_BYTES) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** A block of `wordsOfClass(sizeClass)` words, content undefined; NO_BLOCK at the limit. */
  allocate(sizeClass: number): number {
    const freed = this.#free[sizeClass]?.pop();
    if (freed !== undefined) return freed;
    if (sizeClass >= OWN_PAGE_CLASS) return this.#addPage(wordsOfClass(sizeClass));
    const words = wordsOfClass(sizeClass);
    let cut = this.#cut[sizeClass];
    if (cut === undefined || cut.offset + words > PAGE_WORDS) {
      const first = this.#addPage(PAGE_WORDS);
      if (first === NO_BLOCK) return NO_BLOCK;
      cut = { page: first, offset: 0 };
      this.#cut[sizeClass] = cut;
    }
    const block = cut.page + cut.offset;
    cut.offset += words;
    return block;
  }

  release(block: number, sizeClass: number): void {
    if (sizeClass >= OWN_PAGE_CLASS) {
      const page = Math.floor(block / PAGE_WORDS);
      this.#bytes -= wordsOfClass(sizeClass) * 4;
      this.#pages[page] = EMPTY;
      this.#freePages.push(page);
      return;
    }
    const free = (this.#free[sizeClass] ??= []);
    free.push(block);
  }

  /** The words a block lies in, and where it begins in them. */
  page(block: number): Uint32Array {
    return this.#pages[Math.floor(block / PAGE_WORDS)] ?? EMPTY;
  }

  offset(block: number): number {
    return block % PAGE_WORDS;
  }

  #addPage(words: number): number {
    if (this.#bytes + words * 4 > this.limit) return NO_BLOCK;
    this.#bytes += words * 4;
    const page = this.#freePages.pop() ?? this.#pages.length;
    this.#pages[page] = new Uint32Array(words);
    return page * PAGE_WORDS;
  }
}
