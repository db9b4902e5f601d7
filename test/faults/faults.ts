/**
 * Every fault of Elasticsearch that we know how to make, one after the other, each while acknowledged records come in: how many
 * are lost, how many are stored twice, and how long it takes until records are stored again.
 *
 *   npm run test:faults -- [--hold 20] [--around 3] [--only <words of a name>]
 */
import { machine, option } from '../../bench/rig.js';
import { ALL_CASES } from './all-cases.js';
import { Company } from './cast.js';
import type { Verdict } from './fault-case.js';
import { play } from './play.js';
import { tableOf, tenths } from './table-of.js';

async function main(args: readonly string[]): Promise<number> {
  const times = { holdMs: option(args, 'hold', 20) * 1_000, aroundMs: option(args, 'around', 3) * 1_000 };
  const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '') : '';
  const company = new Company();
  const verdicts: Verdict[] = [];
  let bad = 0;
  for (const fault of ALL_CASES.filter(({ name }) => name.includes(only))) {
    try {
      const verdict = await play(fault, company.node, times);
      verdicts.push(verdict);
      console.error(
        `${verdict.wrong.length === 0 ? 'ok ' : 'BAD'} ${fault.name}: resumed ${tenths(verdict.resumed)} s, all stored ${tenths(verdict.drained)} s`,
      );
      for (const line of verdict.wrong) console.error(`      ${line}`);
      bad += verdict.wrong.length;
    } catch (error) {
      bad += 1;
      console.error(`BAD ${fault.name}: ${(error as Error).message}`);
    }
  }
  await company.dismiss();
  console.log(`${machine()}\n\n${tableOf(verdicts)}`);
  return bad;
}

process.exit((await main(process.argv.slice(2))) === 0 ? 0 : 1);
