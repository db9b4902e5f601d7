import type { Compose } from './joined.js';
import type { Report } from './recovery.js';

const MIB = 1024 * 1024;

export interface JournalOptions {
  /** Folder of this journal alone. */
  readonly dir: string;
  /** Name of this node. */
  readonly node: string;
  readonly compose: Compose;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Nanoseconds since the epoch. */
  readonly wallNs: () => bigint;
  /** A segment is at most one frame longer. Default 64 MiB, at most 512 MiB. */
  readonly segmentBytes?: number;
  /** How much drain may be behind before sources stop. Default 8 GiB. */
  readonly maxBytes?: number;
  /** Sources stop when the file system has less left. Default 1 GiB. */
  readonly freeFloorBytes?: number;
  /** How long a chunk's id is remembered. Default 10 minutes. */
  readonly dedupeMs?: number;
  /** Most memory for them. Default 64 MiB. */
  readonly dedupeBytes?: number;
  /** Newest frames kept in memory for readers. Default 8 MiB. */
  readonly headBytes?: number;
  /** Called when `writable` changes. */
  readonly onWritable?: (writable: boolean, reason: string) => void;
  /** Counters by name, without prefix. */
  readonly count?: (name: string, by?: number) => void;
  /** What a person should know: damage, cut tails, failed writes. */
  readonly report?: Report;
}

export type JournalSettings = Required<JournalOptions>;

export function settingsOf(options: JournalOptions): JournalSettings {
  return {
    segmentBytes: Math.min(options.segmentBytes ?? 64 * MIB, 512 * MIB),
    maxBytes: options.maxBytes ?? 8192 * MIB,
    freeFloorBytes: options.freeFloorBytes ?? 1024 * MIB,
    dedupeMs: options.dedupeMs ?? 600_000,
    dedupeBytes: options.dedupeBytes ?? 64 * MIB,
    headBytes: options.headBytes ?? 8 * MIB,
    onWritable: options.onWritable ?? (() => undefined),
    count: options.count ?? (() => undefined),
    report: options.report ?? (() => undefined),
    dir: options.dir,
    node: options.node,
    compose: options.compose,
    now: options.now,
    wallNs: options.wallNs,
  };
}
