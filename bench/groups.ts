/**
 * What many groups cost an evaluator: `npm run bench -- groups [groups]`.
 *
 * One rule, with 200 matches in 60 s of each group (the measure of ElastAlert2's and Redis'
 * windows in the notes), so that every group holds about 60 buckets. Prints memory, what one group of a signal costs,
 * and what a second costs in which nothing is due.
 */
import { Evaluator, parseRule, type GroupSignal, type Rule } from '#libs/rules';

const GROUPS = Number(process.argv[2] ?? 100_000);
const SECONDS = 60;
const MATCHES = 200;
const GROUPS_PER_SIGNAL = 5_000;
const START = Date.UTC(2026, 10, 21, 4) / 1_000;
/** The goal of the design, for 100 000 groups. */
const GOAL_BYTES = 100_000_000;

function ruleOf(atLeast: number): Rule {
  const count = { over: '60s', at_least: atLeast };
  const written = { name: 'groups', where: 'level >= error', count, group_by: ['service'], max_groups: GROUPS };
  const parsed = parseRule(written, { kind: 'rest' });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.rule;
}

function memory(): { rss: number; used: number } {
  globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, used: heapUsed + arrayBuffers };
}

class Load {
  #position = 0;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly rule: Rule,
  ) {}

  /** One second: every group in signals of 5 000. Gives the milliseconds the evaluator took. */
  second(second: number): number {
    const matches = Math.floor(((second + 1) * MATCHES) / SECONDS) - Math.floor((second * MATCHES) / SECONDS);
    let took = 0;
    for (let first = 0; first < GROUPS; first += GROUPS_PER_SIGNAL) {
      const groups: GroupSignal[] = [];
      for (let group = first; group < Math.min(GROUPS, first + GROUPS_PER_SIGNAL); group++) {
        groups.push({ key: [`service-${group}`], seconds: [[START + second, matches]] });
      }
      const part = { rule: this.rule.name, revision: this.rule.revision, groups, late: 0, samples: [] };
      const from = this.#position++;
      const arrivedMs = (START + second + 1) * 1_000;
      const began = performance.now();
      this.evaluator.offer({ journal: 'j', node: 'n', from, to: from + 1, arrivedMs, rules: [part] });
      took += performance.now() - began;
    }
    return took;
  }

  advance(second: number): number {
    const nowMs = (START + second + 1) * 1_000;
    const began = performance.now();
    this.evaluator.watermark({ journal: 'j', node: 'n', arrivedMs: nowMs, to: this.#position, from: 0 }, nowMs);
    this.evaluator.advance(nowMs);
    return performance.now() - began;
  }
}

function measure(name: string, atLeast: number): void {
  const before = memory();
  const rule = ruleOf(atLeast);
  const evaluator = new Evaluator({ rules: [rule] });
  const load = new Load(evaluator, rule);
  let offered = 0;
  let told = 0;
  let checkpoint = 0;
  for (let second = 0; second < SECONDS; second++) {
    offered += load.second(second);
    load.advance(second);
    // Checkpoints of all groups every second would be what is measured.
    if (second % 20 !== 19) continue;
    const began = performance.now();
    told += evaluator.takeChanges().transitions.length;
    checkpoint = performance.now() - began;
  }
  const busy = load.advance(SECONDS);
  const idle = load.advance(SECONDS + 1);
  const after = memory();
  const used = after.used - before.used;
  console.log(
    `${name}: ${GROUPS} groups, ${told} transitions, memory ${mb(used)} (${Math.round(used / GROUPS)} bytes a group, ` +
      `buckets ${mb(evaluator.report().poolBytes)}), RSS +${mb(after.rss - before.rss)}; ` +
      `${((offered * 1_000) / (GROUPS * SECONDS)).toFixed(2)} µs a group and signal, ` +
      `a second ${busy.toFixed(1)} ms, the next ${idle.toFixed(1)} ms, a checkpoint of all groups ${Math.round(checkpoint)} ms`,
  );
  if (GROUPS === 100_000 && used > GOAL_BYTES) process.exitCode = 1;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

measure('quiet', 100_000);
measure('half way', 150);
