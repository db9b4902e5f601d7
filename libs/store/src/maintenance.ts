import type { DuckDbStore } from './duckdb/duckdb-store.js';
import type { Maintenance } from './duckdb/protocol.js';
import type { StoreOwner } from './store-owner.js';

/** A day ends once a day, and bytes grow by seconds: a minute is soon enough for both. */
const EVERY_MS = 60_000;

/** Looks after retention and compaction of the embedded store until the returned function ends it. */
export function maintainStore(store: Pick<DuckDbStore, 'maintain'>, owner: StoreOwner, everyMs: number = EVERY_MS): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    // A rewrite of a large day takes longer than the interval; the next turn comes after it.
    running ??= maintain(store, owner).finally(() => (running = undefined));
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
