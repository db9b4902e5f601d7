import fc from 'fast-check';
import type { Notification } from './alert.js';
import { Alerts } from './alerts.js';
import { firing, MINUTE_MS, routingOf, START_MS } from './alerts.fixture.js';
import { parseMatchers } from './matcher.js';
import type { Silence } from './silence.js';

const ROUTING = routingOf(`
route:
  receiver: ops
  groupBy: [alertname]
  groupWait: 2s
  groupInterval: 1m
  repeatInterval: 10m
  routes:
    - { matchers: [host=~"a|b"], receiver: team, groupBy: ['...'], continue: true }
    - { matchers: [host=b] }
receivers: [{ name: ops }, { name: team }]
inhibitRules: [{ sourceMatchers: [alertname=down], targetMatchers: [alertname=slow], equal: [host] }]
`);

type Kind = 'firing' | 'resolved' | 'occurrence' | 'external' | 'acknowledge' | 'silence' | 'nothing';

interface Step {
  readonly kind: Kind;
  readonly name: string;
  readonly host: string;
  readonly afterMs: number;
  /** What happens to the machine afterwards. */
  readonly fate: 'checkpoint' | 'crash' | 'on';
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Kind>('firing', 'firing', 'resolved', 'occurrence', 'external', 'acknowledge', 'silence', 'nothing'),
  name: fc.constantFrom('down', 'slow'),
  host: fc.constantFrom('a', 'b', 'c'),
  afterMs: fc.constantFrom(0, 500, 2_000, 30_000, MINUTE_MS, 11 * MINUTE_MS),
  fate: fc.constantFrom<Step['fate']>('checkpoint', 'crash', 'on', 'on'),
});

class Machine {
  readonly stored = new Map<string, string>();
  readonly outbox: Notification[] = [];
  #unsaved: Notification[] = [];
  #alerts = new Alerts({ routing: ROUTING });
  #silences: readonly Silence[] = [];
  #storedSilences: readonly Silence[] = [];

  take({ kind, name, host }: Step, index: number, nowMs: number): void {
    const labels = { alertname: name, host };
    const alert = firing(labels, { transition: `t${index}`, startsAtMs: nowMs, updatedAtMs: nowMs });
    if (kind === 'firing') this.#alerts.receive([alert], nowMs);
    if (kind === 'resolved') this.#alerts.receive([{ ...alert, endsAtMs: nowMs }], nowMs);
    if (kind === 'occurrence') this.#alerts.receive([{ ...alert, occurrence: true }], nowMs);
    if (kind === 'external') this.#alerts.receive([{ ...alert, external: true, transition: 'same', endsAtMs: nowMs + MINUTE_MS }], nowMs);
    if (kind === 'acknowledge') this.#alerts.acknowledge(alert.fingerprint, { by: 'me', comment: '', atMs: nowMs });
    if (kind === 'silence') this.#silence(host, index, nowMs);
    for (let more = true; more; more = (this.#alerts.nextDueMs() ?? Infinity) <= nowMs) this.#unsaved.push(...this.#alerts.due(nowMs));
  }

  #silence(host: string, index: number, nowMs: number): void {
    const matchers = parseMatchers(`host=${host}`);
    const silence = {
      id: `s${index}`,
      matchers,
      startsAtMs: nowMs,
      endsAtMs: nowMs + 3 * MINUTE_MS,
      updatedAtMs: nowMs,
      createdBy: '',
      comment: '',
    };
    this.#silences = [...this.#silences, silence];
    this.#alerts.setSilences(this.#silences, nowMs);
  }

  checkpoint(): void {
    for (const [key, text] of this.#alerts.changes()) {
      if (text === null) this.stored.delete(key);
      else this.stored.set(key, text);
    }
    this.outbox.push(...this.#unsaved);
    this.#unsaved = [];
    this.#storedSilences = this.#silences;
  }

  crash(): void {
    this.#unsaved = [];
    this.#silences = this.#storedSilences;
    this.#alerts = new Alerts({ routing: ROUTING, state: this.stored, silences: this.#silences });
  }
}

function run(steps: readonly Step[], withCrashes: boolean): Machine {
  const machine = new Machine();
  const times: number[] = [];
  for (const { afterMs } of steps) times.push((times.at(-1) ?? START_MS) + afterMs);
  const crashed = new Set<number>();
  let kept = 0;
  for (let index = 0; index < steps.length; index++) {
    const current = steps[index];
    if (current === undefined) break;
    machine.take(current, index, times[index] ?? 0);
    if (current.fate === 'checkpoint') {
      machine.checkpoint();
      kept = index + 1;
    } else if (withCrashes && current.fate === 'crash' && !crashed.has(index)) {
      crashed.add(index);
      machine.crash();
      index = kept - 1;
    }
  }
  machine.checkpoint();
  return machine;
}

describe('a replay after any crash', () => {
  it('gives the same notices with the same ids, none missing and none twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [calm, rough] = [run(steps, false), run(steps, true)];
        expect(rough.outbox).toEqual(calm.outbox);
        expect(new Set(calm.outbox.map(({ id }) => id)).size).toBe(calm.outbox.length);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the numbers of each lane rising', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const last = new Map<string, number>();
        for (const { lane, number } of run(steps, true).outbox) {
          expect(number).toBeGreaterThan(last.get(lane) ?? -1);
          last.set(lane, number);
        }
      }),
    );
  });

  it('tells of an end only whom the begin was told', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const told = new Set<string>();
        for (const { lane, alerts } of run(steps, true).outbox) {
          for (const { fingerprint, endsAtMs } of alerts) {
            if (endsAtMs === undefined) told.add(lane + fingerprint);
            else expect(told.delete(lane + fingerprint)).toBe(true);
          }
        }
      }),
    );
  });

  it('leaves no state behind when everything is over', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const end = steps.flatMap(({ name, host }) => [{ kind: 'resolved' as const, name, host, afterMs: 500, fate: 'on' as const }]);
        const idle = Array.from({ length: 8 }, () => ({
          kind: 'nothing' as const,
          name: '',
          host: '',
          afterMs: 11 * MINUTE_MS,
          fate: 'on' as const,
        }));
        const { stored } = run([...steps, ...end, ...idle], true);
        expect([...stored.keys()].filter((key) => !key.startsWith('alert-'))).toEqual([]);
      }),
    );
  });
});
