/**
 * What has to be looked at when, by second: an advance of time touches only what is due. Items may stand here more than
 * once or too early; whoever takes one asks it when it is really due.
 */
export class Deadlines<T> {
  readonly #seconds = new Map<number, T[]>();
  #taken = -1;

  /** Gives the second at which it will be taken: what is overdue comes with the next advance. */
  add(second: number, item: T): number {
    const at = Math.max(second, this.#taken + 1);
    const items = this.#seconds.get(at);
    if (items === undefined) this.#seconds.set(at, [item]);
    else items.push(item);
    return at;
  }

  /** All that is due up to a second, earliest first. */
  *take(to: number): Generator<readonly [number, T]> {
    const due = this.#due(to);
    // From here on: what is added meanwhile comes with the next advance, also after a crash in between.
    this.#taken = Math.max(this.#taken, to);
    for (const second of due) {
      const items = this.#seconds.get(second) ?? [];
      this.#seconds.delete(second);
      for (const item of items) yield [second, item];
    }
  }

  #due(to: number): number[] {
    const due: number[] = [];
    if (to - this.#taken > this.#seconds.size) {
      for (const second of this.#seconds.keys()) if (second <= to) due.push(second);
      return due.sort((a, b) => a - b);
    }
    for (let second = this.#taken + 1; second <= to; second++) if (this.#seconds.has(second)) due.push(second);
    return due;
  }
}
