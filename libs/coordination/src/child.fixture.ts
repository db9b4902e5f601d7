import { openCoordination, type CoordinationOptions } from './index.js';

/** Runs one job for ever under locks of the given length, holds a lease, says so, and waits to be killed. */

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const options = JSON.parse(process.argv[2] ?? '') as CoordinationOptions;
const coordination = await openCoordination(options, { log: silent, now: Date.now });
await coordination.lease('orphan', new AbortController().signal);
const queue = coordination.queue('orphans');
const lockMs = Number(process.argv[3] ?? 1_000);
const settings = { concurrency: 1, lockMs, stalledMs: lockMs / 2, attempts: 3, backoff: () => 0 };
await queue.work(() => {
  process.send?.('running');
  return new Promise(() => undefined);
}, settings);
await queue.add({ id: 'n-orphan', data: {} });
