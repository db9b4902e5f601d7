import type { DuckDbStore } from './duckdb/duckdb-store.js';
import type { Maintenance } from './duckdb/protocol.js';
import type { LogStore } from './log-store.js';
import type { StoreOwner } from './store-owner.js';

/** A day ends once a day, and bytes grow by seconds: a minute is soon enough for both. */
const EVERY_MS = 60_000;
/** Elasticsearch is only asked for days; several nodes ask. */
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Looks after retention and compaction of the embedded store until the returned function ends it. */
export function maintainStore(store: Pick<DuckDbStore, 'maintain'>, owner: StoreOwner, everyMs: number = EVERY_MS): () => Promise<void> {
  return repeat(() => maintain(store, owner), everyMs);
}

/** Drops days past retention, now and every hour, until the returned function ends it. */
export function dropOldDays(
  store: Pick<LogStore, 'dropBefore'>,
  owner: StoreOwner,
  { retentionDays, everyMs = HOUR_MS }: { readonly retentionDays: number; readonly everyMs?: number },
): () => Promise<void> {
  const drop = async (): Promise<void> => {
    const day = new Date(owner.now() - retentionDays * DAY_MS).toISOString().slice(0, 10);
    try {
      await store.dropBefore(day);
    } catch (error) {
      owner.count('maintenance_failed');
      owner.log('warn', `dropping days before ${day}, tried again later: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return repeat(drop, everyMs, drop());
}

function repeat(turn: () => Promise<void>, everyMs: number, first?: Promise<void>): () => Promise<void> {
  let running = first?.finally(() => (running = undefined));
  const timer = setInterval(() => {
    // A rewrite of a large day takes longer than the interval; the next turn comes after it.
    running ??= turn().finally(() => (running = undefined));
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function maintain(store: Pick<DuckDbStore, 'maintain'>, owner: StoreOwner): Promise<void> {
  try {
    report(await store.maintain(), owner);
  } catch (error) {
    owner.count('maintenance_failed');
    owner.log('error', `retention and compaction of the store: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function report({ dropped, compacted }: Maintenance, owner: StoreOwner): void {
  for (const { day, reason, records } of dropped) {
    owner.count(`day_dropped_${reason}`);
    owner.log('info', `retention by ${reason} dropped ${day} with ${records} records`);
  }
  for (const { day, before, after } of compacted) {
    owner.count('day_compacted');
    owner.log('info', `rewrote ${day}: ${before} bytes before, ${after} after`);
  }
}
