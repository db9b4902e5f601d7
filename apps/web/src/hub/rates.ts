/** Counters of `/status`: in lines, they only grow while a process runs. */
export interface Counters {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly dead_lettered: number;
  readonly joined: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** Counters as they were at some moment, by the clock of this browser. */
export interface Sample {
  readonly atMs: number;
  readonly records: Counters;
}

/** Of the samples one keeps, those of the last so many milliseconds tell the rate of now. */
const WINDOW_MS = 10_000;

/** The samples to keep when a new one comes, oldest first. A counter that went back is of another process: it begins anew. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.records.received < last.records.received) return [sample];
  return [...samples.filter(({ atMs }) => sample.atMs - atMs <= WINDOW_MS), sample];
}

/** Lines a second; undefined until there are two samples. */
export function rateOf(samples: readonly Sample[], name: 'received' | 'stored'): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs <= first.atMs) return undefined;
  return ((last.records[name] - first.records[name]) * 1_000) / (last.atMs - first.atMs);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.5 MiB` */
export function bytesText(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1_024 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
