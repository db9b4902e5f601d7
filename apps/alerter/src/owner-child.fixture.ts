/** Owns the rules on the Redis whose URL it is given, says so, and waits to be killed. */
import { openCoordination } from '#libs/coordination';
import { Metrics } from '#libs/telemetry';
import { Owner } from './owner.js';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const coordination = await openCoordination({ kind: 'redis', url: process.argv[2] ?? '' }, { log, now: Date.now });
const serve = async ({ fence }: { readonly fence: number }): Promise<void> => {
  process.send?.(fence);
  await new Promise(() => undefined);
};
new Owner({ alerting: { coordination }, metrics: new Metrics(), log, serve }).start();
