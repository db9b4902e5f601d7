/**
 * Kills what is running at random moments and asks afterwards whether anything that was promised is missing or there twice.
 *
 *   npm run test:crash -- [--suite store|alerts] [--kills 100] [--seed 1]
 */
import { alertsSuite } from './alerts.js';
import { storeSuite } from './store.js';

const SUITES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { store: storeSuite, alerts: alertsSuite };

async function main(args: readonly string[]): Promise<number> {
  const name = args.includes('--suite') ? (args[args.indexOf('--suite') + 1] ?? '') : 'store';
  const suite = SUITES[name];
  if (suite !== undefined) return suite(args);
  console.error(`there is no suite "${name}": one of ${Object.keys(SUITES).join(', ')}`);
  return 1;
}

process.exit((await main(process.argv.slice(2))) === 0 ? 0 : 1);
