/**
 * Kills the hub (alone), or ingest, alerters and Redis (together), and the receiver with SIGKILL at random moments while
 * acknowledged records make rules fire and resolve; then waits until all is quiet and holds what the receiver accepted
 * against what was acknowledged: by webhook id nothing may be missing, nothing may be told twice.
 *
 *   npm run test:crash -- --suite alerts --kills 100 [--mode embedded|redis] [--seed 1]
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { option } from '../../bench/rig.js';
import { Cast, type Mode } from './alerts-cast.js';
import { Ledger, type Verdict } from './alerts-ledger.js';
import { Traffic } from './alerts-traffic.js';
import { randomFrom } from './random.js';

/** Long enough for an outage to be told of and resolved, now and then; the hub opens its queues for a second or two first. */
const LONGEST_LIFE_MS = { embedded: 6_000, redis: 4_000 } as const;
/** After the last kill everything must have been told within this: a notice that failed is tried again after 30 s at most. */
const QUIET_WITHIN_MS = 90_000;
/** What is told twice comes late. */
const AFTERWARDS_MS = 6_000;

export async function alertsSuite(args: readonly string[]): Promise<number> {
  const kills = option(args, 'kills', 20);
  const seed = option(args, 'seed', Date.now() % 1e9);
  const only = args.includes('--mode') ? args[args.indexOf('--mode') + 1] : undefined;
  const modes = (['embedded', 'redis'] as const).filter((mode) => only === undefined || only === mode);
  const random = randomFrom(seed);
  console.log(`seed ${seed}, ${kills} kills a mode`);
  let bad = 0;
  for (const mode of modes) {
    if (mode === 'redis' && spawnSync('redis-server', ['--version']).status !== 0)
      console.log('redis is left out: no redis-server in the PATH');
    else bad += await round(mode, kills, random);
  }
  console.log(bad === 0 ? 'nothing acknowledged went untold, nothing was told under two ids' : `${bad} transitions missing or told twice`);
  return bad;
}

async function round(mode: Mode, kills: number, random: () => number): Promise<number> {
  const cast = await Cast.start(mode, random);
  const ledger = new Ledger();
  const { accepted } = cast.receiver;
  const traffic = [0, 1].map((id) => new Traffic({ port: cast.forwardPort, id, random, ledger, accepted }));
  const running = traffic.map((each) => each.run());
  for (let kill = 1; kill <= kills; kill++) {
    // Squared, so that many kills fall into what follows the one before.
    await pause(random() ** 2 * LONGEST_LIFE_MS[mode]);
    await cast.kill();
    if (kill % 10 === 0) console.error(`  ${mode}: ${kill} kills, ${ledger.orders.size} orders, ${accepted.length} webhooks`);
  }
  for (const each of traffic) each.stop();
  await Promise.all(running);
  const quietMs = await quiet(cast, ledger);
  await cast.stop();
  const { missing, twice, ...verdict } = ledger.judge(accepted, cast.spared);
  const resent = traffic.reduce((sum, each) => sum + each.resent, 0);
  const counts = { missing: missing.length, twice: twice.length };
  console.log(`${mode}: ${JSON.stringify({ kills, deaths: cast.deaths, ...verdict, resent, quietMs, ...counts })}`);
  await keepOrRemove(cast, { missing, twice });
  return missing.length + twice.length;
}

/** Waits until nothing is missing, and a little longer for what should not come. */
async function quiet(cast: Cast, ledger: Ledger): Promise<number> {
  const began = performance.now();
  const isMissing = (): boolean => ledger.judge(cast.receiver.accepted, cast.spared).missing.length > 0;
  while (isMissing() && performance.now() - began < QUIET_WITHIN_MS) await pause(200);
  const ms = Math.round(performance.now() - began);
  await pause(AFTERWARDS_MS);
  return ms;
}

async function keepOrRemove(cast: Cast, { missing, twice }: Pick<Verdict, 'missing' | 'twice'>): Promise<void> {
  if (missing.length + twice.length === 0) return cast.remove();
  console.log(`missing: ${missing.slice(0, 10).join(' ')}\ntwice: ${twice.slice(0, 10).join(' ')}\nkept for a look: ${cast.folder}`);
  await writeFile(path.join(cast.folder, 'webhooks.json'), JSON.stringify(cast.receiver.accepted, undefined, 1));
  await writeFile(path.join(cast.folder, 'logs.txt'), cast.logs());
}
