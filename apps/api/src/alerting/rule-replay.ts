/**
 * Stored records through a rule, as if they came now: the same detector, signals, watermarks and evaluator as live, with the
 * records in the order of their time. A replay begins with a rule that was just made: nothing is known from before.
 */
import { Detector, Evaluator, HEARD_MS, type Rule, SignalBuilder, type Transition } from '#libs/rules';
import type { SearchHit } from '#libs/store';

/** Records of one signal, decided without a pause: about 5 ms. */
const SIGNAL_RECORDS = 200;
/** Time goes on in steps of this where nothing happens; further ones would look like an outage to the evaluator. */
const STEP_MS = HEARD_MS / 2;
const SECOND_MS = 1_000;
/** All records come from one journal that never was. */
const JOURNAL = 'preview';
const ACTION = '{"create":{}}\n';

export class RuleReplay {
  private readonly detector: Detector;
  private readonly evaluator: Evaluator;
  private position = 0;
  private timeMs: number;
  private readonly found: Transition[] = [];

  /** `breathe` is called between steps and may give the event loop to others. */
  constructor(
    rule: Rule,
    fromMs: number,
    private readonly breathe: () => Promise<void>,
  ) {
    const rules = [{ ...rule, enabled: true }];
    this.detector = new Detector(rules);
    this.evaluator = new Evaluator({ rules });
    this.timeMs = fromMs;
    this.tick(fromMs);
  }

  /** Records so far. */
  get records(): number {
    return this.position;
  }

  /** Of them, matches that came later than the rule allows, as they did then. */
  get late(): number {
    return this.evaluator.counters.late;
  }

  get transitions(): readonly Transition[] {
    return this.found;
  }

  /** The next records, in the order of their time. */
  async take(hits: readonly SearchHit[]): Promise<void> {
    for (let at = 0; at < hits.length;) {
      const end = endOfSignal(hits, at);
      const part = hits.slice(at, end);
      await this.goOn(timeOf(part[0]));
      this.offer(part);
      this.tick(Math.max(this.timeMs, timeOf(part.at(-1))));
      await this.breathe();
      at = end;
    }
    this.collect();
  }

  /** Nothing more comes before `toMs`. */
  async finish(toMs: number): Promise<void> {
    await this.goOn(toMs);
    this.tick(Math.max(this.timeMs, toMs));
    this.collect();
  }

  private async goOn(toMs: number): Promise<void> {
    while (this.timeMs + STEP_MS < toMs) {
      this.tick(this.timeMs + STEP_MS);
      await this.breathe();
    }
  }

  private offer(hits: readonly SearchHit[]): void {
    const builder = new SignalBuilder();
    const bulk = Buffer.from(hits.map(({ record }) => `${ACTION}${JSON.stringify(record)}\n`).join(''));
    const from = this.position;
    this.position += hits.length;
    this.detector.detect({ bulk, count: hits.length, positions: hits.map((_, index) => from + index) }, builder);
    const arrivedMs = Math.max(this.timeMs, timeOf(hits.at(-1)));
    this.evaluator.offer(builder.finish({ journal: JOURNAL, node: JOURNAL, from, to: this.position, arrivedMs }));
  }

  private tick(timeMs: number): void {
    this.timeMs = timeMs;
    this.evaluator.watermark({ journal: JOURNAL, node: JOURNAL, arrivedMs: timeMs, to: this.position, from: 0 }, timeMs);
    this.evaluator.advance(timeMs);
  }

  private collect(): void {
    this.found.push(...this.evaluator.takeChanges().transitions);
  }
}

/** A signal covers a second of time at most, as it hardly ever does more live. */
function endOfSignal(hits: readonly SearchHit[], at: number): number {
  const second = Math.floor(timeOf(hits[at]) / SECOND_MS);
  let end = at + 1;
  while (end < hits.length && end - at < SIGNAL_RECORDS && Math.floor(timeOf(hits[end]) / SECOND_MS) === second) end += 1;
  return end;
}

function timeOf(hit: SearchHit | undefined): number {
  return hit === undefined ? 0 : Number(BigInt(hit.key.timestampNs) / 1_000_000n);
}
