import type { Position } from './position.js';

/**
 * Which joins are open, by their first positions: behind all appends (`now`) and behind the durable ones. After a failed
 * write the two are the same again, and what is open then is ended, as at a start.
 */
export class OpenJoins {
  readonly #now: Set<Position>;
  readonly #durable: Set<Position>;
  /** By first position: the frame that it is in. Of joins that an earlier process began none is known: they end at the start. */
  readonly #frames = new Map<Position, Position>();
  /** Begins as positions, ends as -1 - position, not durable yet. */
  #log: number[] = [];
  #settled = 0;

  constructor(open: Iterable<Position>) {
    this.#now = new Set(open);
    this.#durable = new Set(this.#now);
  }

  begin(first: Position, frame: Position): void {
    if (this.#now.has(first)) return;
    this.#now.add(first);
    this.#frames.set(first, frame);
    this.#log.push(first);
  }

  end(first: Position): void {
    this.#now.delete(first);
    this.#log.push(-1 - first);
  }

  get list(): readonly Position[] {
    return [...this.#now];
  }

  /** How many are open behind the durable appends. */
  get durable(): number {
    return this.#durable.size;
  }

  /** Where reading must begin to collect all that are open behind the durable appends; undefined when there are none. */
  get oldestFrame(): Position | undefined {
    let oldest: Position | undefined;
    for (const first of this.#durable) {
      const frame = this.#frames.get(first);
      if (frame !== undefined && (oldest === undefined || frame < oldest)) oldest = frame;
    }
    return oldest;
  }

  /** Names the state behind the appends so far; give it to `settle` when they are durable. */
  get mark(): number {
    return this.#settled + this.#log.length;
  }

  settle(mark: number): void {
    const count = mark - this.#settled;
    if (count <= 0) return;
    for (const entry of this.#log.splice(0, count)) {
      if (entry >= 0) this.#durable.add(entry);
      else this.#ended(-1 - entry);
    }
    this.#settled = mark;
  }

  #ended(first: Position): void {
    this.#durable.delete(first);
    this.#frames.delete(first);
  }

  /** The appends that are not durable have failed. */
  forget(): void {
    this.#settled += this.#log.length;
    for (const entry of this.#log) if (entry >= 0) this.#frames.delete(entry);
    this.#log = [];
    this.#now.clear();
    for (const first of this.#durable) this.#now.add(first);
  }
}
