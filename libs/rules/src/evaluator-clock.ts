import type { Positions } from './evaluator-positions.js';

/** A node not heard for so long does not hold the others back. */
export const HEARD_MS = 10_000;
/** A node's clock is believed so far ahead of ours. */
export const MAX_AHEAD_MS = 120_000;
/** Watermarks of one node that wait for their range: two minutes of backlog; later ones come again anyway. */
const MAX_WAITING = 128;

export interface Watermark {
  readonly journal: string;
  readonly node: string;
  /** The node's clock, epoch milliseconds; never backwards. */
  readonly arrivedMs: number;
  /** End of its last range. */
  readonly to: number;
  /** Begin of the oldest range that no checkpoint holds: where a journal never seen begins. */
  readonly from?: number;
}

interface Node {
  heardMs: number;
  /** Arrival time up to which all of the node is applied; -1 when nothing is certain yet. */
  arrivedMs: number;
  waiting: { readonly arrivedMs: number; readonly to: number }[];
}

/**
 * Time, as far as it is certain: the minimum of the arrival times of all nodes heard of late, up to which everything they
 * sent is applied. Never backwards; stands still when no node is heard.
 */
export class EvaluatorClock {
  readonly #nodes = new Map<string, Node>();
  #certainMs = -1;
  #resumed = -1;
  #isChanged = false;

  /** Last second of event time that is over on every node; -1 before the first watermark. */
  get second(): number {
    return this.#certainMs < 0 ? -1 : Math.floor(this.#certainMs / 1_000) - 1;
  }

  get certainMs(): number {
    return this.#certainMs;
  }

  /** Second from which on somebody has been listening without a gap. */
  get resumed(): number {
    return this.#resumed;
  }

  hear(watermark: Watermark, heardMs: number, positions: Positions): void {
    const node = this.#nodes.get(watermark.journal) ?? { heardMs, arrivedMs: -1, waiting: [] };
    this.#nodes.set(watermark.journal, node);
    node.heardMs = Math.max(node.heardMs, heardMs);
    const arrivedMs = Math.min(watermark.arrivedMs, heardMs + MAX_AHEAD_MS);
    if (node.waiting.length < MAX_WAITING) node.waiting.push({ arrivedMs, to: watermark.to });
    this.#isChanged = true;
    this.settle(watermark.journal, positions);
  }

  /** Counts the watermarks of a journal whose ranges are applied. Of a journal without any range there is nothing to wait for. */
  settle(journal: string, positions: Positions): void {
    const node = this.#nodes.get(journal);
    if (node === undefined) return;
    const applied = positions.applied(journal) ?? Infinity;
    for (let next = node.waiting[0]; next !== undefined && next.to <= applied; next = node.waiting[0]) {
      node.arrivedMs = Math.max(node.arrivedMs, next.arrivedMs);
      node.waiting.shift();
      this.#isChanged = true;
    }
  }

  /** True when time went on. */
  advance(nowMs: number): boolean {
    let minimum = Infinity;
    for (const [journal, node] of this.#nodes) {
      if (nowMs - node.heardMs <= HEARD_MS) {
        if (node.arrivedMs >= 0) minimum = Math.min(minimum, node.arrivedMs);
      } else if (nowMs - node.heardMs > FORGET_NODE_MS) this.#nodes.delete(journal);
    }
    if (minimum === Infinity || minimum <= this.#certainMs) return false;
    const before = this.#certainMs;
    this.#certainMs = minimum;
    if (minimum - before > HEARD_MS) this.#resumed = this.second;
    this.#isChanged = true;
    return true;
  }

  takeChanges(changes: Map<string, string | null>): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    changes.set('clock', JSON.stringify({ certainMs: this.#certainMs, resumed: this.#resumed, nodes: [...this.#nodes] }));
  }

  restore(text: string): void {
    const { certainMs, resumed, nodes } = JSON.parse(text) as { certainMs: number; resumed: number; nodes: [string, Node][] };
    this.#certainMs = certainMs;
    this.#resumed = resumed;
    for (const [journal, node] of nodes) this.#nodes.set(journal, node);
  }
}

/** A node away for so long is gone: its journal may come again as one never heard. */
const FORGET_NODE_MS = 3_600_000;
