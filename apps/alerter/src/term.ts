/**
 * One ownership of the rules: signals are applied in order, what follows from them is checkpointed in one piece, and only
 * then somebody is told. Everything up to the last checkpoint is read back by the next owner; what came after it, the
 * nodes send again. So a crash at any moment repeats work, never a decision: ids are computed.
 */
import { type Alert, Alerts, type Notification, type OwnerRequest, type Routing, type Silence } from '#libs/alerts';
import type { Checkpoint } from '#libs/documents';
import { Evaluator, type Rule, type Signal, type Transition, type WatermarkMessage } from '#libs/rules';
import type { Metrics } from '#libs/telemetry';
import type { DeliveredMessage } from '#libs/notify';
import { DeliveryHistory } from './delivery-history.js';
import type { TermReport } from './gauges.js';
import { entryKey, laneOf, Outbox, OUTBOX } from './outbox.js';

/** A checkpoint without a decision may wait this long: a crash only repeats what came since. */
const SAVE_MS = 1_000;
/** More than this does not wait: one append takes a limited number of bytes. */
const MAX_UNSAVED_CHARS = 8 * 1024 * 1024;
/** What the delivery workers remove is heard; should that get lost, it is read again this often. */
const REREAD_MS = 10_000;
/** Lanes that are asked for again in one sweep, a second: with many dead receivers each has its turn, and Redis its peace. */
const SWEEP_LANES = 500;

export interface TermOptions {
  readonly fence: number;
  readonly checkpoint: Checkpoint;
  readonly rules: readonly Rule[];
  readonly silences: readonly Silence[];
  readonly routing: Routing;
  /** Labels, annotations and links of what a rule decided; undefined when its rule is gone. */
  readonly alertOf: (transition: Transition, acceptedMs: number) => Alert | undefined;
  /** Tells the delivery workers that these lanes have something to send. May fail: `sweep` asks again. */
  readonly ask: (lanes: readonly string[]) => Promise<void>;
  /** The same for lanes with something new, also when they wait for their next try. */
  readonly askAnew: (lanes: readonly string[]) => Promise<void>;
  readonly metrics: Metrics;
  /** Wall clock, milliseconds since the epoch. */
  readonly wall: () => number;
}

/** Appends that wait for their copy; past it some in between are forgotten, and positions are held a little later. */
const MAX_SAVES = 1_000;

/** Positions that an append made durable. */
interface Saved {
  readonly number: number;
  readonly applied: Readonly<Record<string, number>>;
}

export class Term {
  private readonly outbox = new Outbox();
  private readonly history: DeliveryHistory;
  /** Decided, not in a checkpoint yet. */
  private unsaved = new Map<string, string | null>();
  private unsavedChars = 0;
  private lanes = new Set<string>();
  /** Alerts received since lanes were last looked at. */
  private readonly begun = new Set<string>();
  private urgent = false;
  /** When the last signal left its node. */
  private acceptedMs: number;
  private savedMs: number;
  private rereadMs: number;
  private saving: Promise<void> = Promise.resolve();
  private saves: Saved[] = [];
  private heldPositions: Readonly<Record<string, number>>;

  private constructor(
    private readonly options: TermOptions,
    private readonly evaluator: Evaluator,
    private readonly alerts: Alerts,
    state: ReadonlyMap<string, string>,
  ) {
    this.savedMs = options.wall();
    this.rereadMs = this.savedMs;
    this.acceptedMs = this.savedMs;
    this.heldPositions = evaluator.positions;
    this.outbox.reset([...state.keys()].filter((key) => key.startsWith(OUTBOX)));
    this.history = new DeliveryHistory(state);
  }

  /** Takes over from whoever was the owner before. */
  static async begin(options: TermOptions): Promise<Term> {
    const { checkpoint, fence, rules, routing, silences, wall } = options;
    await checkpoint.claim(fence);
    const state = await checkpoint.read('');
    const evaluator = new Evaluator({ rules });
    evaluator.restore(state);
    const alerts = new Alerts({ routing, silences, state, nowMs: wall() });
    const term = new Term(options, evaluator, alerts, state);
    term.endStrays(rules);
    return term;
  }

  get fence(): number {
    return this.options.fence;
  }

  /** By journal: signals up to here are in a checkpoint that outlives everything but this node's own data. */
  async held(): Promise<Readonly<Record<string, number>>> {
    const copied = await this.options.checkpoint.copied();
    while (this.saves[0] !== undefined && this.saves[0].number <= copied) this.heldPositions = (this.saves.shift() as Saved).applied;
    return this.heldPositions;
  }

  setRules(rules: readonly Rule[]): void {
    this.evaluator.setRules(rules);
    this.decide();
    this.endStrays(rules);
  }

  setSilences(silences: readonly Silence[]): void {
    this.alerts.setSilences(silences, this.options.wall());
  }

  setRouting(routing: Routing): void {
    this.alerts.setRouting(routing, this.options.wall());
  }

  /** Resolves when what follows from it is in a checkpoint, if something follows. */
  async take(signal: Signal): Promise<void> {
    this.acceptedMs = signal.arrivedMs;
    if (this.evaluator.offer(signal) !== 'dropped') this.countLate(signal);
    await this.turn();
  }

  hear(message: WatermarkMessage): void {
    this.evaluator.watermark(message, this.options.wall());
  }

  /** What somebody asked for over REST; resolves when it is in a checkpoint. */
  async request({ alerts = [], acknowledge, unacknowledge }: OwnerRequest): Promise<void> {
    const now = this.options.wall();
    this.alerts.receive(alerts, now);
    if (acknowledge !== undefined) this.alerts.acknowledge(acknowledge.fingerprint, { ...acknowledge, atMs: now });
    if (unacknowledge !== undefined) this.alerts.unacknowledge(unacknowledge.fingerprint, now);
    this.urgent = true;
    await this.turn();
  }

  /** Workers say what became of entries. */
  delivered({ keys, lines }: DeliveredMessage): void {
    this.outbox.delivered(keys);
    for (const [key, text] of this.history.add(lines)) this.note(key, text);
  }

  /** Lets time pass. */
  async turn(): Promise<void> {
    this.decide();
    if (this.urgent || Math.abs(this.options.wall() - this.savedMs) >= SAVE_MS) await this.save();
  }

  /** Whatever was decided; for the end. */
  async finish(): Promise<void> {
    this.decide();
    await this.save();
  }

  /** Asks for lanes whose job may have got lost, or ended in the moment in which another entry came. */
  async sweep(): Promise<void> {
    const { checkpoint, wall, ask } = this.options;
    if (this.outbox.size > 0 && Math.abs(wall() - this.rereadMs) >= REREAD_MS) {
      this.rereadMs = wall();
      await this.saving.catch(() => undefined);
      this.outbox.reset((await checkpoint.read(OUTBOX)).keys());
    }
    if (this.outbox.size > 0) await ask(this.outbox.next(SWEEP_LANES));
  }

  /** For `/metrics`. */
  report(): TermReport {
    const { rules, certainMs } = this.evaluator.report();
    const { otherGroup, crowded } = this.evaluator.counters;
    const counted = { otherGroup, crowded, refused: this.alerts.refused };
    return { rules, certainMs, outbox: this.outbox.size, savedMs: this.savedMs, counted };
  }

  private countLate({ rules }: Signal): void {
    for (const { rule, late } of rules) if (late > 0) this.options.metrics.alertRecordsLate.inc({ rule }, late);
  }

  private decide(): void {
    const { alertOf, metrics, wall } = this.options;
    this.evaluator.advance(wall());
    const { transitions, changes } = this.evaluator.takeChanges();
    for (const { rule, kind } of transitions) metrics.alertTransitions.inc({ rule, kind });
    for (const transition of transitions) {
      const alert = alertOf(transition, this.acceptedMs);
      if (alert !== undefined) this.receive(alert);
    }
    this.tell();
    for (const [key, text] of changes) this.note(key, text);
    for (const [key, text] of this.alerts.changes()) this.note(key, text);
    this.urgent ||= transitions.length > 0 || this.unsavedChars > MAX_UNSAVED_CHARS;
  }

  /**
   * After an outage an episode may begin and end in one turn: its begin is told first where nobody said that it shall wait,
   * else its end would make it one that nobody has to be told of.
   */
  private receive(alert: Alert): void {
    const { wall } = this.options;
    if (!alert.occurrence && this.begun.has(alert.fingerprint)) this.tell();
    this.alerts.receive([alert], wall());
    if (!alert.occurrence) this.begun.add(alert.fingerprint);
  }

  private tell(): void {
    this.begun.clear();
    for (const notification of this.alerts.due(this.options.wall())) this.post(notification);
  }

  /** Whatever is firing under labels that no rule gives any more ends: its rule is gone, or is called otherwise now. */
  private endStrays(rules: readonly Rule[]): void {
    const now = this.options.wall();
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    const strays = this.alerts.alerts(now).filter(({ alert }) => !alert.external && !alert.occurrence && !isOf(alert, byName));
    this.alerts.receive(
      strays.map(({ alert }) => ({ ...alert, endsAtMs: now, updatedAtMs: now })),
      now,
    );
  }

  private note(key: string, text: string | null): void {
    this.unsaved.set(key, text);
    this.unsavedChars += key.length + (text?.length ?? 0);
  }

  private post(notification: Notification): void {
    const key = entryKey(notification);
    this.note(key, JSON.stringify(notification));
    this.outbox.add(key);
    this.lanes.add(laneOf(key));
    this.urgent = true;
  }

  /** One after the other. What could not be saved ends the term: this state is ahead of what the next one will read. */
  private save(): Promise<void> {
    this.saving = this.saving.then(() => this.append());
    this.saving.catch(() => undefined);
    return this.saving;
  }

  private async append(): Promise<void> {
    if (this.unsaved.size === 0) return;
    const { checkpoint, fence, wall, askAnew } = this.options;
    const { unsaved, lanes } = this;
    const applied = this.evaluator.positions;
    this.unsaved = new Map();
    this.unsavedChars = 0;
    this.lanes = new Set();
    this.urgent = false;
    this.saves.push({ number: await checkpoint.append(fence, unsaved), applied });
    if (this.saves.length > MAX_SAVES) this.saves.splice(0, MAX_SAVES / 2);
    this.savedMs = wall();
    if (lanes.size > 0) await askAnew([...lanes]).catch(() => undefined);
  }
}

function isOf({ labels }: Alert, rules: ReadonlyMap<string, Rule>): boolean {
  const rule = rules.get(labels['alertname'] ?? '');
  if (rule?.enabled !== true || rule.family !== 'condition') return false;
  return labels['severity'] === rule.severity && Object.entries(rule.labels).every(([name, value]) => labels[name] === value);
}
