/** Rules at work without a process around them: lines are normalised, detected and evaluated in event time, by a clock that the spec turns. */
import { Detector, Evaluator, type Rule, SignalBuilder, type Transition } from '#libs/rules';
import { Normaliser } from '#libs/record';

/** 2026-11-21T12:00:00Z, in seconds. */
const START = Date.UTC(2026, 10, 21, 12) / 1_000;
const FIRST_POSITION = 2 ** 31;
const JOURNAL = 'j1';
const NODE = 'web1.3f9a2c';

export interface Told {
  readonly kind: Transition['kind'];
  /** Seconds of event time after the begin. */
  readonly at: number;
  readonly group: string;
  readonly transition: Transition;
}

export interface StageLine {
  /** Seconds before its arrival at which it happened. */
  readonly late?: number;
  readonly [field: string]: unknown;
}

export class AlertStage {
  /** Everything that was decided, in order. */
  readonly told: Told[] = [];
  private readonly detector: Detector;
  private readonly evaluator: Evaluator;
  private readonly normaliser = new Normaliser({
    node: NODE,
    host: 'host-1',
    zone: 'UTC',
    retentionMs: 14 * 86_400_000,
    maxMessage: 65_536,
    count: () => undefined,
  });
  private second = 0;
  private position = FIRST_POSITION;

  constructor(rules: readonly Rule[]) {
    this.detector = new Detector(rules);
    this.evaluator = new Evaluator({ rules });
    this.tick(0);
  }

  /** Lets time pass until so many seconds after the begin, and lines arrive there. */
  at(second: number, ...lines: readonly StageLine[]): this {
    this.until(second);
    this.send(second, lines);
    return this;
  }

  /** The same lines in each second of `[from, to)`. */
  every(from: number, to: number, ...lines: readonly StageLine[]): this {
    for (let second = from; second < to; second += 1) this.at(second, ...lines);
    return this;
  }

  /** Lets time pass; nothing arrives. */
  until(second: number): this {
    for (; this.second < second; this.second += 1) this.tick(this.second + 1);
    return this;
  }

  /** `firing 30 checkout`: what was decided, when, about whom. */
  get words(): string[] {
    return this.told.map(({ kind, at, group }) => [kind, at, group].filter((part) => part !== '').join(' '));
  }

  private send(second: number, lines: readonly StageLine[]): void {
    if (lines.length === 0) return;
    const from = this.position;
    const positions = lines.map(() => (this.position += 7));
    const texts = lines.map((line, index) => this.record(line, second, positions[index] ?? 0));
    const builder = new SignalBuilder();
    this.detector.detect({ bulk: Buffer.from(texts.join('')), count: lines.length, positions }, builder);
    this.position += 7;
    const range = { journal: JOURNAL, node: NODE, from, to: this.position, arrivedMs: (START + second) * 1_000 };
    this.evaluator.offer(builder.finish(range));
    this.hear();
  }

  private record({ late = 0, ...fields }: StageLine, second: number, position: number): string {
    const event = { tag: 'docker.web', seconds: START + second - late, nanos: 0, text: JSON.stringify(fields), fields: {} };
    const arrival = { createdNs: BigInt(START + second) * 1_000_000_000n, source: 'forward' as const };
    return `{"create":{"_id":"a-${position}"}}\n{"event":{"sequence":${position}${this.normaliser.normalise(event, arrival)}\n`;
  }

  /** The node's clock has come here: all seconds before are over. */
  private tick(second: number): void {
    const nowMs = (START + second) * 1_000;
    this.evaluator.watermark({ journal: JOURNAL, node: NODE, arrivedMs: nowMs, to: 0 }, nowMs);
    this.evaluator.advance(nowMs);
    this.hear();
  }

  private hear(): void {
    for (const transition of this.evaluator.takeChanges().transitions) {
      const { kind, atMs, group } = transition;
      this.told.push({ kind, at: atMs / 1_000 - START, group: Object.values(group).join(' ').trim(), transition });
    }
  }
}
