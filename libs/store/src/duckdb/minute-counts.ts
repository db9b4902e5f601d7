import { MINUTE_MS } from './timestamp.js';

/**
 * How many records a day has per minute and level. The day file keeps them in `minutes`, one row per write, minute and level;
 * in memory they answer histograms and tell a search how far back it must look.
 */
export class MinuteCounts {
  private readonly byMinute = new Map<number, Map<string, number>>();
  private readonly seenLevels = new Set<string>();
  private order: number[] | undefined;
  total = 0;

  /** `minute` counts minutes since the epoch; level '' stands for none. */
  add(minute: number, level: string, records: number): void {
    let levels = this.byMinute.get(minute);
    if (levels === undefined) {
      levels = new Map();
      this.byMinute.set(minute, levels);
      this.order = undefined;
    }
    this.seenLevels.add(level);
    levels.set(level, (levels.get(level) ?? 0) + records);
    this.total += records;
  }

  merge(other: MinuteCounts): void {
    for (const [minute, level, records] of other.entries()) this.add(minute, level, records);
  }

  /** Rising minutes that have records, within [fromMinute, toMinute). */
  minutes(fromMinute: number, toMinute: number): number[] {
    this.order ??= [...this.byMinute.keys()].sort((a, b) => a - b);
    return this.order.filter((minute) => minute >= fromMinute && minute < toMinute);
  }

  /** Records of the minute, of all levels or of the given ones. */
  recordsIn(minute: number, levels?: ReadonlySet<string>): number {
    let records = 0;
    for (const [level, count] of this.levelsIn(minute)) if (levels?.has(level) ?? true) records += count;
    return records;
  }

  levels(): string[] {
    return [...this.seenLevels];
  }

  levelsIn(minute: number): ReadonlyMap<string, number> {
    return this.byMinute.get(minute) ?? new Map();
  }

  *entries(): Generator<[minute: number, level: string, records: number]> {
    for (const [minute, levels] of this.byMinute) for (const [level, records] of levels) yield [minute, level, records];
  }
}

export const minuteOf = (ms: number): number => Math.floor(ms / MINUTE_MS);
