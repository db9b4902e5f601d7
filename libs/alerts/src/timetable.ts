/** When which lane is due: a binary heap; a changed time leaves its old entry behind, which is passed over. */
export class Timetable {
  readonly #heap: (readonly [atMs: number, id: string])[] = [];
  readonly #times = new Map<string, number>();

  set(id: string, atMs: number): void {
    if (this.#times.get(id) === atMs) return;
    this.#times.set(id, atMs);
    this.#heap.push([atMs, id]);
    this.#up(this.#heap.length - 1);
  }

  remove(id: string): void {
    this.#times.delete(id);
  }

  nextMs(): number | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#times.get(first[1]) === first[0]) return first[0];
      this.#pop();
    }
    return undefined;
  }

  /** Takes the earliest that is due. */
  take(nowMs: number): string | undefined {
    const next = this.nextMs();
    if (next === undefined || next > nowMs) return undefined;
    const id = this.#pop();
    if (id !== undefined) this.#times.delete(id);
    return id;
  }

  #pop(): string | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first?.[1];
    this.#heap[0] = last;
    this.#down(0);
    return first[1];
  }

  #up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #down(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #swapIfEarlier(one: number, other: number): boolean {
    if (!this.#earlier(one, other)) return false;
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return false;
    [this.#heap[one], this.#heap[other]] = [right, left];
    return true;
  }

  /** Of equal times the smaller id: a replay goes the same way. */
  #earlier(one: number, other: number): boolean {
    const [left, right] = [this.#heap[one], this.#heap[other]];
    if (left === undefined || right === undefined) return false;
    return left[0] < right[0] || (left[0] === right[0] && left[1] < right[1]);
  }
}
