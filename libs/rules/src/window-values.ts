import type { SecondRange, VisitSegment, WindowEntry, WindowHolder, Windows, WindowView } from './window.js';

/** Pairs of value and second that one group may hold: thresholds of distinct rules are hundreds, not tens of thousands. */
export const MAX_GROUP_VALUES = 10_000;
/** And all groups of one rule together, about 60 MB at worst. */
export const MAX_RULE_VALUES = 500_000;

/** Distinct values: a value counts in every window that holds one of its seconds. */
export class ValueWindows implements Windows {
  #pairs = 0;

  constructor(private readonly over: number) {}

  add(holder: WindowHolder, { second, value }: WindowEntry, floor: number): boolean {
    holder.values ??= new Map();
    let seconds = holder.values.get(value);
    const at = seconds === undefined ? 0 : after(seconds, second);
    if (seconds !== undefined && seconds[at - 1] === second) return true;
    if (holder.count >= MAX_GROUP_VALUES || this.#pairs >= MAX_RULE_VALUES) {
      this.expire(holder, floor);
      if (holder.count >= MAX_GROUP_VALUES || this.#pairs >= MAX_RULE_VALUES) return false;
      seconds = holder.values?.get(value);
      holder.values ??= new Map();
    }
    if (seconds === undefined) holder.values.set(value, [second]);
    else seconds.splice(after(seconds, second), 0, second);
    holder.count++;
    this.#pairs++;
    return true;
  }

  walk(holder: WindowHolder, range: SecondRange, visit: VisitSegment): void {
    const view: WindowView = { matches: 0, whole: 0, before: 0 };
    const steps = this.#steps(holder);
    let index = 0;
    for (let from = range.from; from <= range.to;) {
      for (let step = steps[index]; step !== undefined && step[0] <= from; step = steps[++index]) view.matches += step[1];
      const to = Math.min(range.to, (steps[index]?.[0] ?? Infinity) - 1);
      if (!visit(from, to, view)) return;
      from = to + 1;
    }
  }

  nextEntry(holder: WindowHolder, second: number): number {
    let next = Infinity;
    for (const seconds of holder.values?.values() ?? []) next = Math.min(next, seconds[after(seconds, second)] ?? Infinity);
    return next;
  }

  nextLeave(holder: WindowHolder, second: number): number {
    return this.nextEntry(holder, second - this.over) + this.over;
  }

  newest(holder: WindowHolder): number {
    let newest = -1;
    for (const seconds of holder.values?.values() ?? []) newest = Math.max(newest, seconds.at(-1) ?? -1);
    return newest;
  }

  expire(holder: WindowHolder, floor: number): void {
    for (const [value, seconds] of holder.values ?? []) {
      const gone = after(seconds, floor);
      if (gone === 0) continue;
      this.#pairs -= gone;
      holder.count -= gone;
      if (gone === seconds.length) holder.values?.delete(value);
      else seconds.splice(0, gone);
    }
    if (holder.count === 0) holder.values = undefined;
  }

  encode(holder: WindowHolder, floor: number): [string, ...number[]][] {
    const encoded: [string, ...number[]][] = [];
    for (const [value, seconds] of holder.values ?? []) {
      const kept = seconds.slice(after(seconds, floor));
      if (kept.length > 0) encoded.push([value, ...kept]);
    }
    return encoded;
  }

  decode(holder: WindowHolder, encoded: unknown): void {
    this.release(holder);
    if (!Array.isArray(encoded)) return;
    for (const entry of encoded) {
      if (!Array.isArray(entry)) continue;
      const [value, ...seconds] = entry as unknown[];
      for (const second of seconds) {
        if (typeof value === 'string' && typeof second === 'number') this.add(holder, { second, value, matches: 1, whole: 0 }, -1);
      }
    }
  }

  release(holder: WindowHolder): void {
    this.#pairs -= holder.count;
    holder.count = 0;
    holder.values = undefined;
  }

  /** `[second, +1 or -1]` ascending: where a value enters the window, and where its last second leaves. */
  #steps(holder: WindowHolder): [number, 1 | -1][] {
    const steps: [number, 1 | -1][] = [];
    for (const seconds of holder.values?.values() ?? []) {
      let until = -Infinity;
      for (const second of seconds) {
        if (second > until) {
          if (until !== -Infinity) steps.push([until, -1]);
          steps.push([second, 1]);
        }
        until = second + this.over;
      }
      if (until !== -Infinity) steps.push([until, -1]);
    }
    return steps.sort((a, b) => a[0] - b[0]);
  }
}

/** Index of the first second after one. */
function after(seconds: readonly number[], second: number): number {
  let index = seconds.length;
  while (index > 0 && (seconds[index - 1] ?? 0) > second) index--;
  return index;
}
