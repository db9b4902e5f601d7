import fc from 'fast-check';
import type { Notification } from '#libs/alerts';
import { DeliveryError } from '../errors.js';
import { alertFixture, notificationFixture } from '../notification.fixture.js';
import { beginLane, planLane } from './lane.js';
import type { LaneMemory } from './lane-memory.js';
import { settleLane } from './settle.js';

/** What happens to a lane: a notice comes, or its worker tries, with an outcome; a crash is a try whose outcome nobody wrote down. */
type Step =
  | { readonly kind: 'comes'; readonly status: 'firing' | 'resolved'; readonly alerts: 'condition' | 'occurrence' | 'both' }
  | {
      readonly kind: 'tries';
      readonly outcome: 'delivered' | 'refused' | 'lost' | 'lost but delivered' | 'crash before delivery' | 'crash after delivery';
    };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('comes' as const),
    status: fc.constantFrom('firing' as const, 'resolved' as const),
    alerts: fc.constantFrom('condition' as const, 'occurrence' as const, 'both' as const),
  }),
  fc.record({
    kind: fc.constant('tries' as const),
    outcome: fc.constantFrom(
      'delivered' as const,
      'refused' as const,
      'lost' as const,
      'lost but delivered' as const,
      'crash before delivery' as const,
      'crash after delivery' as const,
    ),
  }),
);

const LOST = new DeliveryError('did not answer', { retryable: true, uncertain: true });
const REFUSED = new DeliveryError('answered 503', { retryable: true });

/** An outbox, the memory of its lane, and a receiver that writes down what it is sent. */
class Model {
  private readonly outbox = new Map<string, Notification>();
  private memory: LaneMemory | undefined;
  private number = 0;
  private groupFires = false;
  /** What a try was begun of: nobody knows afterwards which of them a crash cut short. */
  readonly sent: Notification[] = [];
  readonly taken: Notification[] = [];
  readonly occurrences: string[] = [];

  constructor(private readonly maxBytes = Number.MAX_SAFE_INTEGER) {}

  step(step: Step): void {
    if (step.kind === 'comes') this.comes(step.status, step.alerts);
    else this.tries(step.outcome);
  }

  /** As libs/alerts does: an end only after a beginning, an occurrence only in a firing notice. */
  private comes(status: 'firing' | 'resolved', told: 'condition' | 'occurrence' | 'both'): void {
    if (status === 'resolved' && !this.groupFires) return;
    this.number += 1;
    const occurs = status === 'firing' && told !== 'condition';
    const conditions = status === 'resolved' || told !== 'occurrence';
    const reason = status === 'resolved' ? 'all_resolved' : this.groupFires ? 'new_alerts' : 'first_notification';
    const alerts = [...(occurs ? [alertFixture({ occurrence: true })] : []), ...(conditions ? [alertFixture()] : [])];
    const id = `n-${this.number}`;
    if (occurs) this.occurrences.push(id);
    if (status === 'resolved') this.groupFires = false;
    else if (conditions) this.groupFires = true;
    this.outbox.set(id, notificationFixture({ id, number: this.number, status, reason, alerts }));
  }

  private tries(outcome: Extract<Step, { kind: 'tries' }>['outcome']): void {
    const plan = planLane([...this.outbox.values()], this.memory, { maxBytes: this.maxBytes });
    for (const { id } of plan.settled) this.outbox.delete(id);
    this.memory = plan.memory;
    const { send } = plan;
    if (send === undefined) return;
    this.memory = beginLane({ ...plan, send }) ?? this.memory;
    this.sent.push(send);
    if (outcome === 'crash before delivery') return;
    if (outcome !== 'refused' && outcome !== 'lost') this.taken.push(send);
    if (outcome === 'crash after delivery') return;
    const attempt =
      outcome === 'delivered'
        ? ({ delivered: true } as const)
        : { delivered: false as const, error: outcome === 'refused' ? REFUSED : LOST };
    const settlement = settleLane({ ...plan, send, attempts: 0 }, attempt, 0, () => 0.5);
    this.memory = settlement.memory;
    if (settlement.settled !== undefined) this.outbox.delete(settlement.settled.id);
  }

  drain(): void {
    for (let left = this.outbox.size + 1; left > 0; left -= 1) this.tries('delivered');
  }

  get waiting(): readonly Notification[] {
    return [...this.outbox.values()];
  }

  /** Whether the group's condition fires now. */
  get fires(): boolean {
    return this.groupFires;
  }
}

const run = (steps: readonly Step[]): Model => {
  const model = new Model();
  for (const step of steps) model.step(step);
  model.drain();
  return model;
};

function expectReceiverKnows({ taken, fires }: Model): void {
  const last = taken.findLast(({ status, alerts }) => status === 'resolved' || alerts.some(({ occurrence }) => !occurrence));
  expect(last?.status === 'firing').toBe(fires);
}

const property = (check: (model: Model) => void): void =>
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), (steps) => check(run(steps))),
    { numRuns: 500 },
  );

describe('a lane, whatever happens', () => {
  it('never sends a lower number after a higher one', () => {
    property(({ sent }) => {
      const numbers = sent.map(({ number }) => number);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    });
  });

  it('delivers every occurrence, each under its one id', () => {
    property(({ taken, occurrences }) => {
      const ids = new Set(taken.map(({ id }) => id));
      expect(occurrences.filter((id) => !ids.has(id))).toEqual([]);
    });
  });

  it('never leaves the receiver with a condition that fires no more, or without one that does', () => {
    property(expectReceiverKnows);
  });

  it('is empty when everything was delivered', () => {
    property(({ waiting }) => expect(waiting).toEqual([]));
  });

  it('never tells the end of what the receiver has surely not seen', () => {
    property(({ sent }) => {
      sent.forEach((notice, index) => {
        if (notice.status === 'resolved')
          expect(
            sent.slice(0, index).some(({ status, alerts }) => status === 'firing' && alerts.some(({ occurrence }) => !occurrence)),
          ).toBe(true);
      });
    });
  });

  it('keeps two pictures at most between two facts for an endpoint that is away', () => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 40 }), (steps) => {
        const model = new Model();
        for (const step of steps) model.step(step);
        model.step({ kind: 'tries', outcome: 'refused' });
        let between = 0;
        for (const { alerts } of model.waiting) {
          between = alerts.some(({ occurrence }) => occurrence) ? 0 : between + 1;
          expect(between).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keeps a fixed number of bytes and four notices more, and still knows how the group is', () => {
    const maxBytes = 4_000;
    fc.assert(
      fc.property(fc.array(STEP, { minLength: 10, maxLength: 60 }), (steps) => {
        const model = new Model(maxBytes);
        for (const step of steps) model.step(step);
        model.step({ kind: 'tries', outcome: 'refused' });
        const sizes = model.waiting.map((notice) => Buffer.byteLength(JSON.stringify(notice)));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes + 4 * Math.max(0, ...sizes));
        model.drain();
        expectReceiverKnows(model);
      }),
      { numRuns: 500 },
    );
  });
});
