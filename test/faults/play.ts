/** Plays one fault: load, fault, load, end of the fault, load, rest; then counts. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { FaultCase, Letter, Nodes, Verdict } from './fault-case.js';
import { figures, until } from './figures.js';
import { hold, type Watch } from './hold.js';
import { Stage } from './stage.js';

export interface Times {
  /** How long the fault lasts, and how long senders go on before and after it. */
  readonly holdMs: number;
  readonly aroundMs: number;
}

/** A cluster whose node came back takes a while until every shard is there. */
const HEALED_WITHIN_MS = 20_000;

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
  stage.startSending();
  if (fault.fromStart !== true) await until(stage, ({ stored }) => stored > 0);
  await pause(aroundMs);
  const began = performance.now();
  const held = await hold(stage, fault, holdMs);
  const before = (await figures(stage)).stored;
  await fault.end(stage);
  const ended = performance.now();
  const resting = pause(aroundMs).then(() => stage.stopSending());
  // A store that was whole again before the fault was called over may have everything by now.
  const [resumed] = await Promise.all([until(stage, ({ stored, journal }) => stored > before || journal === 0), resting]);
  const drained = await until(stage, ({ journal }) => journal === 0);
  const healed = await healedIn(stage);
  const letters = await deadLetters(stage, fault);
  const verdict = await count(stage, letters);
  const wrong = [...held.wrong, ...healed, ...judge(fault, held.watch, letters), ...verdict.wrong, ...((await fault.check?.(stage)) ?? [])];
  return {
    ...verdict,
    name: fault.name,
    heldSeconds: (ended - began) / 1_000,
    resumed: (resumed - ended) / 1_000,
    drained: (drained - ended) / 1_000,
    ackedMeanwhile: held.acked,
    unbalanced: held.watch.unbalanced,
    told: held.watch.told,
    wrong,
  };
}

/** Nothing may be left of a fault that is over. */
async function healedIn(stage: Stage): Promise<string[]> {
  try {
    await eventually(async () => {
      const { status, parts } = await stage.ready();
      if (status !== 'ready') throw new Error(`/readyz still says ${JSON.stringify(parts)}`);
    }, HEALED_WITHIN_MS);
    return [];
  } catch (error) {
    return [(error as Error).message];
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
  // A shard of a node that just came back may not answer yet.
  const stored = await eventually(() => stage.stored(), HEALED_WITHIN_MS);
  const lost = acked.filter((number) => !stored.has(number) && !stage.takenByHand.has(number));
  const twice = [...stored].filter(([, times]) => times > 1);
  const end = await figures(stage);
  const wrong = [
    ...(lost.length > 0 ? [`lost ${lost.length}: ${lost.slice(0, 5).join(' ')}`] : []),
    ...(twice.length > 0 ? [`twice ${twice.length}: ${(await stage.places(twice[0]?.[0] ?? 0)).join(', ')}`] : []),
    ...(end.balanced ? [] : ['the books do not balance at the end']),
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

function judge(fault: FaultCase, { unbalanced }: Watch, letters: readonly Letter[]): string[] {
  return [...(unbalanced === 0 ? [] : [`the books did not balance at ${unbalanced} scrapes`]), ...judgeLetters(fault, letters)];
}

function judgeLetters({ deadLetters: expected }: FaultCase, letters: readonly Letter[]): string[] {
  if (expected === undefined) return letters.length === 0 ? [] : [`${letters.length} dead letters: ${letters[0]?.reason}`];
  return letters.some(({ reason }) => expected.reason.test(reason)) ? [] : [`no dead letter said ${String(expected.reason)}`];
}
