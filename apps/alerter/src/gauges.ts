import type { Metrics } from '#libs/telemetry';

/** What a term says of itself. */
export interface TermReport {
  /** Groups of each rule by state. */
  readonly rules: readonly { readonly name: string; readonly groups: number; readonly phases: Readonly<Record<string, number>> }[];
  /** Event time up to which everything is decided; -1 before the first node was heard. */
  readonly certainMs: number;
  /** Messages that are not delivered yet. */
  readonly outbox: number;
  /** When the last checkpoint was written. */
  readonly savedMs: number;
  /** Since the term began. */
  readonly counted: Counted;
}

interface Counted {
  /** Matches in `__other__`. */
  readonly otherGroup: number;
  /** Matches and values that found no room. */
  readonly crowded: number;
  /** Alerts that were not taken. */
  readonly refused: number;
}

const NOTHING: Counted = { otherGroup: 0, crowded: 0, refused: 0 };

/** The evaluation in numbers. Read only when somebody looks: a rule may have a million groups. */
export class Gauges {
  private report: (() => TermReport) | undefined;
  private before = NOTHING;

  constructor(
    private readonly metrics: Metrics,
    /** Wall clock, milliseconds since the epoch. */
    private readonly wall: () => number,
  ) {
    metrics.atScrape(() => this.read());
  }

  /** A term begins, or (without a report) ends: then somebody else's numbers count. */
  follow(report?: () => TermReport): void {
    if (report === undefined) this.read();
    this.report = report;
    this.before = NOTHING;
    if (report !== undefined) return;
    this.forget();
    for (const gauge of [this.metrics.alertEvaluatorLag, this.metrics.alertOutbox, this.metrics.alertCheckpointAge]) gauge.set(0);
  }

  private read(): void {
    if (this.report === undefined) return;
    const { metrics } = this;
    const { rules, certainMs, outbox, savedMs, counted } = this.report();
    const now = this.wall();
    this.forget();
    for (const { name, groups, phases } of rules) {
      metrics.alertGroups.set({ rule: name }, groups);
      for (const [state, count] of Object.entries(phases)) metrics.alertState.set({ rule: name, state }, count);
    }
    // Without a rule no node says how far it is.
    metrics.alertEvaluatorLag.set(rules.length === 0 || certainMs < 0 ? 0 : Math.max(0, now - certainMs) / 1_000);
    metrics.alertOutbox.set(outbox);
    metrics.alertCheckpointAge.set(Math.max(0, now - savedMs) / 1_000);
    this.count(counted);
  }

  /** Rules that are gone leave nothing behind. */
  private forget(): void {
    this.metrics.alertGroups.reset();
    this.metrics.alertState.reset();
  }

  private count(counted: Counted): void {
    const { metrics, before } = this;
    metrics.alertOtherGroup.inc(counted.otherGroup - before.otherGroup);
    metrics.alertUncounted.inc(counted.crowded - before.crowded);
    metrics.alertRefused.inc(counted.refused - before.refused);
    this.before = counted;
  }
}
