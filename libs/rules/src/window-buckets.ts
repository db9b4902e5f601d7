import { type BucketPool, NO_BLOCK, wordsOfClass } from './window-pool.js';
import type { SecondRange, VisitSegment, WindowEntry, WindowHolder, Windows, WindowView } from './window.js';

/** Indices of the first buckets after the window's end, after its begin, and after the begin of the window before. */
interface Edges {
  entering: number;
  leaving: number;
  gone: number;
}

/** Counts saturate instead of turning over. */
const MAX_COUNT = 0xffff_ffff;

/**
 * Sums of one-second buckets. Only seconds that have matches are kept, ascending, `[second, matches]` or, of a ratio,
 * `[second, matches, whole]`: a quiet group costs nothing for the length of its window.
 */
export class BucketWindows implements Windows {
  readonly #stride: number;

  constructor(
    private readonly pool: BucketPool,
    private readonly options: { readonly over: number; readonly ratio: boolean; readonly spike: boolean },
  ) {
    this.#stride = options.ratio ? 3 : 2;
  }

  add(holder: WindowHolder, entry: WindowEntry, floor: number): boolean {
    let at = this.#after(holder, entry.second);
    if (at > 0 && this.#second(holder, at - 1) === entry.second) {
      this.#increase(holder, at - 1, entry);
      return true;
    }
    if (this.#isFull(holder)) {
      this.expire(holder, floor);
      at = this.#after(holder, entry.second);
      if (this.#isFull(holder) && !this.#grow(holder)) {
        // Out of memory: a second further from the truth rather than not counted.
        if (holder.count > 0) this.#increase(holder, Math.max(0, at - 1), entry);
        return false;
      }
    }
    const words = this.pool.page(holder.block);
    const base = this.pool.offset(holder.block);
    const index = base + at * this.#stride;
    words.copyWithin(index + this.#stride, index, base + holder.count * this.#stride);
    words.fill(0, index, index + this.#stride);
    words[index] = entry.second;
    holder.count++;
    this.#increase(holder, at, entry);
    return true;
  }

  walk(holder: WindowHolder, range: SecondRange, visit: VisitSegment): void {
    const edges = this.#edgesAt(holder, range.from);
    const view: WindowView = { matches: 0, whole: 0, before: 0 };
    for (let index = edges.gone; index < edges.leaving; index++) view.before += this.#matches(holder, index);
    for (let index = edges.leaving; index < edges.entering; index++) this.#count(holder, index, view, 1);
    for (let from = range.from; from <= range.to;) {
      const to = Math.min(range.to, this.#nextEdge(holder, edges) - 1);
      if (!visit(from, to, view)) return;
      from = to + 1;
      this.#move(holder, edges, view, from);
    }
  }

  nextEntry(holder: WindowHolder, after: number): number {
    const at = this.#after(holder, after);
    return at < holder.count ? this.#second(holder, at) : Infinity;
  }

  nextLeave(holder: WindowHolder, after: number): number {
    const { over, spike } = this.options;
    const leaving = this.#after(holder, after - over);
    const next = leaving < holder.count ? this.#second(holder, leaving) + over : Infinity;
    if (!spike) return next;
    const gone = this.#after(holder, after - 2 * over);
    return gone < holder.count ? Math.min(next, this.#second(holder, gone) + 2 * over) : next;
  }

  newest(holder: WindowHolder): number {
    return holder.count === 0 ? -1 : this.#second(holder, holder.count - 1);
  }

  expire(holder: WindowHolder, floor: number): void {
    const gone = this.#after(holder, floor);
    if (gone === 0) return;
    if (gone === holder.count) {
      this.release(holder);
      return;
    }
    const base = this.pool.offset(holder.block);
    this.pool.page(holder.block).copyWithin(base, base + gone * this.#stride, base + holder.count * this.#stride);
    holder.count -= gone;
    // Only far below half, so that a group at a border does not move to and fro.
    if (holder.sizeClass > 0 && holder.count * this.#stride * 4 <= wordsOfClass(holder.sizeClass))
      this.#moveBlock(holder, holder.sizeClass - 1);
  }

  /** Flat: the first second, then distances to the second before, each followed by its counts. */
  encode(holder: WindowHolder, floor: number): number[] {
    const flat: number[] = [];
    let previous = 0;
    for (let index = this.#after(holder, floor); index < holder.count; index++) {
      const second = this.#second(holder, index);
      flat.push(second - previous, this.#matches(holder, index));
      if (this.options.ratio) flat.push(this.#whole(holder, index));
      previous = second;
    }
    return flat;
  }

  decode(holder: WindowHolder, encoded: unknown): void {
    this.release(holder);
    if (!Array.isArray(encoded) || !encoded.every((word) => typeof word === 'number')) return;
    let second = 0;
    for (let index = 0; index + this.#stride <= encoded.length; index += this.#stride) {
      second += encoded[index] ?? 0;
      this.add(
        holder,
        { second, matches: encoded[index + 1] ?? 0, whole: this.options.ratio ? (encoded[index + 2] ?? 0) : 0, value: '' },
        -1,
      );
    }
  }

  release(holder: WindowHolder): void {
    if (holder.block !== NO_BLOCK) this.pool.release(holder.block);
    holder.block = NO_BLOCK;
    holder.sizeClass = 0;
    holder.count = 0;
  }

  #edgesAt(holder: WindowHolder, second: number): Edges {
    const { over, spike } = this.options;
    const leaving = this.#after(holder, second - over);
    return { entering: this.#after(holder, second), leaving, gone: spike ? this.#after(holder, second - 2 * over) : leaving };
  }

  /** First second at which one of the edges meets a bucket. */
  #nextEdge(holder: WindowHolder, { entering, leaving, gone }: Edges): number {
    const { over } = this.options;
    let next = entering < holder.count ? this.#second(holder, entering) : Infinity;
    if (leaving < entering) next = Math.min(next, this.#second(holder, leaving) + over);
    if (gone < leaving) next = Math.min(next, this.#second(holder, gone) + 2 * over);
    return next;
  }

  /** Moves the edges to a second, and what is counted with them. */
  #move(holder: WindowHolder, edges: Edges, view: WindowView, second: number): void {
    const { over, spike } = this.options;
    for (; edges.entering < holder.count && this.#second(holder, edges.entering) <= second; edges.entering++) {
      this.#count(holder, edges.entering, view, 1);
    }
    for (; edges.leaving < edges.entering && this.#second(holder, edges.leaving) + over <= second; edges.leaving++) {
      this.#count(holder, edges.leaving, view, -1);
      if (spike) view.before += this.#matches(holder, edges.leaving);
    }
    if (!spike) edges.gone = edges.leaving;
    for (; edges.gone < edges.leaving && this.#second(holder, edges.gone) + 2 * over <= second; edges.gone++) {
      view.before -= this.#matches(holder, edges.gone);
    }
  }

  #isFull(holder: WindowHolder): boolean {
    return holder.block === NO_BLOCK || (holder.count + 1) * this.#stride > wordsOfClass(holder.sizeClass);
  }

  #grow(holder: WindowHolder): boolean {
    if (holder.block !== NO_BLOCK) return this.#moveBlock(holder, holder.sizeClass + 1);
    holder.block = this.pool.allocate(0);
    return holder.block !== NO_BLOCK;
  }

  #moveBlock(holder: WindowHolder, sizeClass: number): boolean {
    const block = this.pool.allocate(sizeClass);
    if (block === NO_BLOCK) return false;
    const base = this.pool.offset(holder.block);
    const words = this.pool.page(holder.block).subarray(base, base + holder.count * this.#stride);
    this.pool.page(block).set(words, this.pool.offset(block));
    this.pool.release(holder.block);
    holder.block = block;
    holder.sizeClass = sizeClass;
    return true;
  }

  /** Index of the first bucket after a second. */
  #after(holder: WindowHolder, second: number): number {
    if (holder.count === 0) return 0;
    const words = this.pool.page(holder.block);
    const base = this.pool.offset(holder.block);
    let low = 0;
    let high = holder.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((words[base + middle * this.#stride] ?? 0) > second) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #word(holder: WindowHolder, index: number, word: number): number {
    return this.pool.page(holder.block)[this.pool.offset(holder.block) + index * this.#stride + word] ?? 0;
  }

  #second(holder: WindowHolder, index: number): number {
    return this.#word(holder, index, 0);
  }

  #matches(holder: WindowHolder, index: number): number {
    return this.#word(holder, index, 1);
  }

  #whole(holder: WindowHolder, index: number): number {
    return this.options.ratio ? this.#word(holder, index, 2) : 0;
  }

  #count(holder: WindowHolder, index: number, view: WindowView, sign: 1 | -1): void {
    view.matches += sign * this.#matches(holder, index);
    if (this.options.ratio) view.whole += sign * this.#word(holder, index, 2);
  }

  #increase(holder: WindowHolder, index: number, entry: WindowEntry): void {
    const words = this.pool.page(holder.block);
    const at = this.pool.offset(holder.block) + index * this.#stride;
    words[at + 1] = Math.min(MAX_COUNT, (words[at + 1] ?? 0) + entry.matches);
    if (this.options.ratio) words[at + 2] = Math.min(MAX_COUNT, (words[at + 2] ?? 0) + entry.whole);
  }
}
