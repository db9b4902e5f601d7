/** Plays one fault: load, fault, load, end of the fault, load, rest; then counts. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultCase, Letter, Nodes, Verdict } from './fault-case.js';
import { Stage } from './stage.js';

export interface Times {
  /** How long the fault lasts, and how long senders go on before and after it. */
  readonly holdMs: number;
  readonly aroundMs: number;
}

const POLL_MS = 50;
/** Some faults show after a time-out only, and on a busy machine later. */
const TOLD_WITHIN_MS = 20_000;
/** The longest wait of the store's back-off, and time to catch up. */
const DRAIN_TIMEOUT_MS = 120_000;

export async function play(fault: FaultCase, nodes: Nodes, times: Times): Promise<Verdict> {
  const { env, nodes: addresses, through } = fault;
  const stage = await Stage.open({ node: await nodes(fault.cast), env, nodes: addresses, through });
  try {
    await fault.before?.(stage);
    await stage.startIngest();
    return await playOn(stage, fault, times);
  } finally {
    await stage.close();
    if (fault.cast === 'own') await stage.node.stop();
  }
}

async function playOn(stage: Stage, fault: FaultCase, { holdMs, aroundMs }: Times): Promise<Verdict> {
  const watch = new Watch(stage);
  stage.startSending();
  if (fault.fromStart !== true) await until(stage, ({ stored }) => stored > 0);
  await pause(aroundMs);
  const began = performance.now();
  const ackedBefore = stage.acked.length;
  await fault.begin(stage);
  const watching = watch.run();
  await pause(holdMs);
  const ackedMeanwhile = stage.acked.length - ackedBefore;
  await watch.hears(fault.says, TOLD_WITHIN_MS);
  await watch.stop();
  await watching;
  const before = (await figures(stage))?.stored ?? 0;
  await fault.end(stage);
  const ended = performance.now();
  // A store that was whole again before the fault was called over may have everything by now.
  const resuming = until(stage, ({ stored, journal }) => stored > before || journal === 0);
  await pause(aroundMs);
  await stage.stopSending();
  await resuming;
  const resumed = (await resuming) - ended;
  const drained = (await until(stage, ({ journal }) => journal === 0)) - ended;
  const letters = await deadLetters(stage, fault);
  const verdict = await count(stage, letters);
  const wrong = [...judge(stage, fault, { watch, letters }), ...verdict.wrong, ...((await fault.check?.(stage)) ?? [])];
  const { name } = fault;
  const seconds = { heldSeconds: (ended - began) / 1_000, resumed: resumed / 1_000, drained: drained / 1_000 };
  return { name, ...seconds, ackedMeanwhile, ...verdict, unbalanced: watch.unbalanced, told: watch.told, wrong };
}

interface Figures {
  readonly stored: number;
  readonly journal: number;
  readonly balanced: boolean;
}

async function figures(stage: Stage): Promise<Figures | undefined> {
  const metrics = await stage.metrics().catch(() => undefined);
  if (metrics === undefined) return undefined;
  const of = (name: string): number => metrics.get(`logweir_${name}`) ?? 0;
  const settled = ['stored', 'joined', 'duplicate', 'dead_lettered', 'dropped'].reduce((sum, name) => sum + of(`records_${name}_total`), 0);
  const journal = of('journal_records');
  return { stored: of('records_stored_total'), journal, balanced: of('records_in_total') === settled + journal };
}

/** The moment at which it held, as `performance.now()`. */
async function until(stage: Stage, holds: (now: Figures) => boolean): Promise<number> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const now = await figures(stage);
    if (now !== undefined && holds(now)) return performance.now();
    if (performance.now() > deadline)
      throw new Error(`not stored in time: ${JSON.stringify(now)}; the end of the log:\n${stage.log.slice(-2_000)}`);
    await pause(POLL_MS);
  }
}

/** Looks at readiness and books while the fault lasts. */
class Watch {
  unbalanced = 0;
  private readonly reasons = new Map<string, number>();
  private readonly stopped = new AbortController();

  constructor(private readonly stage: Stage) {}

  async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await this.look();
      await pause(POLL_MS * 2);
    }
  }

  private async look(): Promise<void> {
    const now = await figures(this.stage);
    if (now !== undefined && !now.balanced) this.unbalanced += 1;
    const report = await this.stage.ready().catch(() => undefined);
    for (const { ok, reason } of Object.values(report?.parts ?? {})) {
      if (!ok) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    }
  }

  /** Waits until readiness says this, or for so long. */
  async hears(says: RegExp | undefined, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (says !== undefined && !says.test(this.all) && performance.now() < deadline) await pause(POLL_MS);
  }

  async stop(): Promise<void> {
    await this.look();
    this.stopped.abort();
  }

  get told(): string {
    return [...this.reasons].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  }

  get all(): string {
    return [...this.reasons.keys()].join('\n');
  }
}

/** All of them, and sends them again as the case corrects them. */
async function deadLetters(stage: Stage, { deadLetters: expected }: FaultCase): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (let cursor = ''; ;) {
    const page = (await (await stage.operations(`/api/v1/dead-letters?limit=200${cursor}`)).json()) as { items: Letter[]; next?: string };
    letters.push(...page.items);
    if (page.next === undefined) break;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
  if (expected === undefined) return letters;
  for (const { id, record } of letters) {
    const body = JSON.stringify({ record: expected.correct(record) });
    const path = `/api/v1/dead-letters/${encodeURIComponent(id)}/replay`;
    const answer = await stage.operations(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!answer.ok) throw new Error(`replay: ${await answer.text()}`);
  }
  await until(stage, ({ journal }) => journal === 0);
  return letters;
}

async function count(stage: Stage, letters: readonly Letter[]) {
  const { acked } = stage;
  const stored = await stage.stored();
  const lost = acked.filter((number) => !stored.has(number) && !stage.takenByHand.has(number));
  const twice = [...stored].filter(([, times]) => times > 1);
  const end = await figures(stage);
  const wrong = [
    ...(lost.length > 0 ? [`lost ${lost.length}: ${lost.slice(0, 5).join(' ')}`] : []),
    ...(twice.length > 0 ? [`twice ${twice.length}: ${(await stage.places(twice[0]?.[0] ?? 0)).join(', ')}`] : []),
    ...(end?.balanced === true ? [] : ['the books do not balance at the end']),
    ...(acked.length > 0 ? [] : ['nothing was acknowledged']),
  ];
  return {
    acked: acked.length,
    lost: lost.length,
    duplicated: twice.length,
    deadLetters: letters.length,
    slowestAckMs: Math.round(stage.slowestAckMs),
    wrong,
  };
}

function judge(stage: Stage, fault: FaultCase, { watch, letters }: { watch: Watch; letters: readonly Letter[] }): string[] {
  const { says, logs } = fault;
  return [
    ...(says === undefined || says.test(watch.all) ? [] : [`/readyz did not say ${String(says)} but: ${watch.all}`]),
    ...(logs === undefined || logs.test(stage.log) ? [] : [`the log did not say ${String(logs)}`]),
    ...(watch.unbalanced === 0 ? [] : [`the books did not balance at ${watch.unbalanced} scrapes`]),
    ...judgeLetters(fault, letters),
  ];
}

function judgeLetters({ deadLetters: expected }: FaultCase, letters: readonly Letter[]): string[] {
  if (expected === undefined) return letters.length === 0 ? [] : [`${letters.length} dead letters: ${letters[0]?.reason}`];
  return letters.some(({ reason }) => expected.reason.test(reason)) ? [] : [`no dead letter said ${String(expected.reason)}`];
}
