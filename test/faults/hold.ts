/** While a fault lasts: it must be met, be told and stay told, and records must still be acknowledged. */
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import type { FaultCase } from './fault-case.js';
import { figures, POLL_MS, SHOWN_WITHIN_MS } from './figures.js';
import type { Stage } from './stage.js';

/** Looks at readiness after it has told the fault: it must not have been a moment only. */
const LOOKS_AFTER = 3;

/** Looks at readiness and books. */
export class Watch {
  /** At how many looks the books did not balance. */
  unbalanced = 0;
  looks = 0;
  /** Of them, those at which nothing was wrong. */
  silent = 0;
  /** What the latest one found wrong. */
  now = '';
  private readonly reasons = new Map<string, number>();
  private readonly stopped = new AbortController();

  constructor(private readonly stage: Stage) {}

  async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await this.look();
      await pause(POLL_MS * 2);
    }
  }

  stop(): void {
    this.stopped.abort();
  }

  private async look(): Promise<void> {
    if (!(await figures(this.stage)).balanced) this.unbalanced += 1;
    const { parts } = await eventually(() => this.stage.ready(), SHOWN_WITHIN_MS);
    const told = Object.values(parts).flatMap(({ ok, reason }) => (ok ? [] : [reason]));
    for (const reason of told) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (told.length === 0) this.silent += 1;
    this.now = told.join('\n');
    this.looks += 1;
  }

  /** What came most often. */
  get told(): string {
    return [...this.reasons].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  }

  get all(): string {
    return [...this.reasons.keys()].join('\n');
  }
}

export interface Held {
  readonly watch: Watch;
  /** Records acknowledged meanwhile. */
  readonly acked: number;
  readonly wrong: readonly string[];
}

/** Begins the fault and lets it last, for `holdMs` and until it shows. */
export async function hold(stage: Stage, fault: FaultCase, holdMs: number): Promise<Held> {
  const watch = new Watch(stage);
  const before = { acked: stage.acked.length, met: stage.proxy.met };
  await fault.begin(stage);
  const lasting = pause(holdMs).then(() => missing(stage, fault, { watch, before }));
  const [wrong] = await Promise.all([lasting.finally(() => watch.stop()), watch.run()]);
  return { watch, acked: stage.acked.length - before.acked, wrong: wrong.length === 0 ? [] : [...wrong, `/readyz said: ${watch.all}`] };
}

interface Course {
  readonly watch: Watch;
  readonly before: { readonly acked: number; readonly met: number };
}

/** What must show and does not, in words. */
async function missing(stage: Stage, { says, logs }: FaultCase, { watch, before }: Course): Promise<string[]> {
  const isOnTheWay = stage.proxy.fault !== 'none';
  const wrong = [
    await otherwise('nothing was acknowledged meanwhile', () => stage.acked.length > before.acked),
    await otherwise('no request met it', () => !isOnTheWay || stage.proxy.met > before.met),
    await otherwise(`the log did not say ${String(logs)}`, () => logs === undefined || logs.test(stage.log)),
    await otherwise(`/readyz did not say ${String(says)}`, () => says === undefined || says.test(watch.now)),
    says === undefined ? '' : await staysTold(watch),
  ];
  return wrong.filter((line) => line !== '');
}

async function staysTold(watch: Watch): Promise<string> {
  const { looks, silent } = watch;
  const unseen = await otherwise('/readyz was not looked at', () => watch.looks >= looks + LOOKS_AFTER);
  return unseen || (watch.silent === silent ? '' : '/readyz said that all is well while it lasted');
}

/** Empty once it holds; `complaint` when it does not in time. */
async function otherwise(complaint: string, holds: () => boolean): Promise<string> {
  const deadline = performance.now() + SHOWN_WITHIN_MS;
  while (!holds()) {
    if (performance.now() > deadline) return complaint;
    await pause(POLL_MS);
  }
  return '';
}
