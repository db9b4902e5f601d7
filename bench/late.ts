/**
 * How true a threshold stays when records come late: `npm run bench -- late [runs]`.
 *
 * Seeded runs of 6 000 events hover at the threshold (50 in 60 s); a share of them comes up to 30 s late. The truth is
 * counted from the event times to the millisecond, what is told from the evaluator. Missed: a true episode that no
 * notice covers. False: a notice at whose window the truth was never reached. Delay: from the true begin to the notice.
 */
import { compareLate, type LateResult } from '../test/support/late-traffic.js';

const RUNS = Number(process.argv[2] ?? 60);
const SHARES = [0, 0.1, 0.3];
/** Of the design: at most so many missed, none false. */
const GOAL = 0.025;

for (const share of SHARES) {
  const began = performance.now();
  const total: LateResult = { episodes: 0, missed: 0, notices: 0, untrue: 0, delays: [] };
  for (let seed = 1; seed <= RUNS; seed++) {
    const result = compareLate({ seed, events: 6_000, lateShare: share });
    total.episodes += result.episodes;
    total.missed += result.missed;
    total.notices += result.notices;
    total.untrue += result.untrue;
    total.delays.push(...result.delays);
  }
  const delays = total.delays.sort((a, b) => a - b);
  const p95 = delays[Math.floor(delays.length * 0.95)] ?? 0;
  const missed = total.missed / total.episodes;
  console.log(
    `${share * 100} % late: ${total.episodes} episodes, missed ${(missed * 100).toFixed(2)} %, false ${total.untrue} of ${total.notices} notices, ` +
      `delay p95 ${(p95 / 1_000).toFixed(1)} s (${Math.round(performance.now() - began)} ms)`,
  );
  if (missed > GOAL || total.untrue > 0) process.exitCode = 1;
}
