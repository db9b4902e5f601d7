import { Alerts } from './alerts.js';
import { Bench, brief, firing, MINUTE_MS, occurrence, resolved, routingOf, START_MS } from './alerts.fixture.js';

const A = { alertname: 'x', host: 'a' };
const B = { alertname: 'x', host: 'b' };
const OTHER = { alertname: 'y', host: 'o' };

describe('an alert', () => {
  it('is told after groupWait, together with those that came meanwhile', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    expect(bench.pass(500)).toEqual([]);
    bench.receive(firing(B));
    expect(bench.pass(500).map(brief)).toEqual(['firing first_notification a,b']);
    expect(bench.nowMs).toBe(START_MS + 1_000);
  });

  it('that is critical is told at once where no groupWait is set, others a second later', () => {
    const bench = new Bench({ routing: routingOf('route: {receiver: ops}\nreceivers: [{name: ops}]') });
    bench.receive(firing({ ...A, severity: 'warning' }));
    expect(bench.pass(999)).toEqual([]);
    bench.receive(firing({ ...B, severity: 'critical' }));
    expect(bench.pass(0).map(brief)).toEqual(['firing first_notification a,b']);
  });

  it('that joins a told group waits for groupInterval', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.receive(firing(B));
    expect(bench.pass(5 * MINUTE_MS - 1)).toEqual([]);
    expect(bench.pass(1).map(brief)).toEqual(['firing new_alerts b,a']);
  });

  it('of another group does not wait for it', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.receive(firing(OTHER));
    expect(bench.pass(1_000).map(brief)).toEqual(['firing first_notification o']);
  });

  it('is told again after repeatInterval', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    expect(bench.pass(60 * MINUTE_MS - 1)).toEqual([]);
    expect(bench.pass(1).map(brief)).toEqual(['firing repeat a']);
    expect(new Set(bench.sent.map(({ id }) => id)).size).toBe(2);
  });

  it('that ends is told as resolved, and the group with it', () => {
    const bench = new Bench();
    bench.receive(firing(A), firing(B));
    bench.pass(1_000);
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['firing some_resolved b,a!']);
    bench.receive(resolved(B, bench.nowMs));
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['resolved all_resolved b!']);
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.nextDueMs()).toBeUndefined();
    expect(bench.alerts.size).toBe(0);
  });

  it('that ends before anybody was told is never told', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.size).toBe(0);
  });

  it('that is said to be resolved and never fired changes nothing', () => {
    const bench = new Bench();
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.size).toBe(0);
  });

  it('that fires anew within one turn is told as new, although its labels are known', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.receive(resolved(A, bench.nowMs));
    bench.receive(firing(A, { startsAtMs: bench.nowMs }));
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['firing new_alerts a']);
  });

  it('that fires anew after all was resolved is told at once', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.receive(resolved(A, bench.nowMs));
    bench.pass(5 * MINUTE_MS);
    bench.receive(firing(A, { startsAtMs: bench.nowMs, updatedAtMs: bench.nowMs }));
    expect(bench.pass(1_000).map(brief)).toEqual(['firing first_notification a']);
    const numbers = bench.sent.map(({ number }) => number);
    expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
  });

  it('has a number behind those of before also when it comes late', () => {
    const bench = new Bench();
    bench.receive(occurrence(A));
    bench.pass(10 * MINUTE_MS);
    bench.receive(occurrence(A, { updatedAtMs: bench.nowMs - 20 * MINUTE_MS }));
    bench.pass(MINUTE_MS);
    const [first = 0, second = 0] = bench.sent.map(({ number }) => number);
    expect(second).toBeGreaterThan(first);
  });

  it('is not told as resolved to a receiver that wants none', () => {
    const bench = new Bench();
    bench.receive(firing(A, { notify: ['quiet'] }));
    expect(bench.pass(1_000).map(({ receiver }) => receiver)).toEqual(['quiet']);
    bench.receive(resolved(A, bench.nowMs, { notify: ['quiet'] }));
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.size).toBe(0);
  });

  it('whose rule names receivers goes to each of them, past the tree', () => {
    const bench = new Bench();
    bench.receive(firing(A, { notify: ['team', 'quiet'] }));
    const told = bench.pass(1_000);
    expect(told.map(({ receiver }) => receiver).sort()).toEqual(['quiet', 'team']);
    expect(told[0]?.groupKey).toMatch(/^\{\}\/\{notify="(team|quiet)"\}:\{alertname="x"\}$/);
  });

  it('that nobody is to hear of is listed all the same', () => {
    const bench = new Bench({ routing: routingOf('receivers: [{name: ops}]') });
    bench.receive(firing(A));
    expect(bench.pass(MINUTE_MS)).toEqual([]);
    expect(bench.alerts.alerts(bench.nowMs)).toMatchObject([{ receivers: [] }]);
  });

  it('beyond the limit is refused and counted', () => {
    const bench = new Bench({ maxAlerts: 1 });
    bench.receive(firing(A), firing(B), firing(A));
    expect([bench.alerts.size, bench.alerts.refused]).toEqual([1, 1]);
  });
});

describe('an alert from outside', () => {
  const outside = (endsAtMs: number) => firing(A, { external: true, endsAtMs, transition: 'same' });

  it('ends when its sender is silent for too long', () => {
    const bench = new Bench();
    bench.receive(outside(START_MS + 5 * MINUTE_MS));
    expect(bench.pass(1_000).map(brief)).toEqual(['firing first_notification a']);
    bench.pass(4 * MINUTE_MS);
    bench.receive(outside(bench.nowMs + 5 * MINUTE_MS));
    expect(bench.pass(4 * MINUTE_MS)).toEqual([]);
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['resolved all_resolved a!']);
  });

  it('that comes again under the same begin after its end is told under another id', () => {
    const bench = new Bench();
    bench.receive(outside(START_MS + MINUTE_MS));
    bench.pass(10 * MINUTE_MS);
    bench.receive(outside(bench.nowMs + MINUTE_MS));
    bench.pass(10 * MINUTE_MS);
    expect(bench.sent.map(({ status }) => status)).toEqual(['firing', 'resolved', 'firing', 'resolved']);
    expect(new Set(bench.sent.map(({ id }) => id)).size).toBe(4);
  });
});

describe('an occurrence', () => {
  it('is told once, never resolved and never repeated', () => {
    const bench = new Bench();
    bench.receive(occurrence(A, { endsAtMs: START_MS }));
    expect(bench.pass(100 * MINUTE_MS).map(brief)).toEqual(['firing first_notification a']);
    expect(bench.alerts.size).toBe(0);
  });

  it('that comes again under the same transition is told once', () => {
    const bench = new Bench();
    const same = occurrence(A);
    bench.receive(same, same);
    expect(bench.pass(MINUTE_MS).map(brief)).toEqual(['firing first_notification a']);
  });

  it('of a storm of 10 000 is told in at most one notice per lane and groupInterval, with the count', () => {
    const bench = new Bench({ maxAlertsPerNotice: 10 });
    for (let index = 0; index < 10_000; index++) {
      bench.receive(occurrence({ alertname: 'x', host: `h${index}` }));
      bench.pass(6);
    }
    bench.pass(5 * MINUTE_MS);
    expect(bench.sent).toHaveLength(2);
    expect(bench.sent.map(({ alerts }) => alerts.length)).toEqual([10, 10]);
    expect(bench.sent.reduce((sum, { alerts, truncatedAlerts }) => sum + alerts.length + truncatedAlerts, 0)).toBe(10_000);
  });
});

describe('a clock that jumps', () => {
  it.each([
    ['back, while running', false],
    ['back, before a restart', true],
  ])('%s makes nothing later than groupInterval', (_what, restarts) => {
    const before = new Bench();
    before.receive(firing(A));
    before.pass(1_000);
    const state = new Map([...before.alerts.changes()].flatMap(([key, text]) => (text === null ? [] : [[key, text] as const])));
    const bench = restarts ? new Bench({ state }) : before;
    bench.nowMs = START_MS - 600 * MINUTE_MS;
    bench.receive(firing(B));
    expect(bench.alerts.due(bench.nowMs)).toEqual([]);
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['firing new_alerts b,a']);
    expect(bench.pass(60 * MINUTE_MS).map(brief)).toEqual(['firing repeat a,b']);
  });

  it('forward tells what is due, once', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.nowMs += 600 * MINUTE_MS;
    expect(bench.pass(MINUTE_MS).map(brief)).toEqual(['firing first_notification a']);
  });
});

describe('a large group', () => {
  it('is kept in texts that fit a checkpoint, and is whole after a restart', () => {
    const bench = new Bench();
    const hosts = Array.from({ length: 12_000 }, (_, index) => ({ alertname: 'x', host: `h${index}` }));
    bench.receive(...hosts.map((labels) => firing(labels)));
    expect(bench.pass(1_000)).toMatchObject([{ truncatedAlerts: 11_900 }]);
    const state = new Map<string, string>();
    for (const [key, text] of bench.alerts.changes()) if (text !== null) state.set(key, text);
    expect(Math.max(...[...state.values()].map((text) => text.length))).toBeLessThan(1_000_000);
    const after = new Bench({ state });
    after.nowMs = bench.nowMs;
    after.receive(...hosts.map((labels) => resolved(labels, after.nowMs)));
    expect(after.pass(5 * MINUTE_MS)).toMatchObject([{ status: 'resolved', reason: 'all_resolved', truncatedAlerts: 11_900 }]);
    const gone = [...after.alerts.changes()].filter(([key]) => key.startsWith('lane/'));
    expect(gone.map(([, text]) => text)).toEqual([null, null, null, null]);
  });
});

describe('a notice', () => {
  it('has no samples, then fewer alerts, where it would be too large', () => {
    const bench = new Bench({ maxAlertsPerNotice: 1_000 });
    const samples = [{ message: 'x'.repeat(4_000) }];
    for (let index = 0; index < 600; index++) {
      bench.receive(firing({ alertname: 'x', host: `h${index}` }, { samples, annotations: { text: 'y'.repeat(1_000) } }));
    }
    const [notice] = bench.pass(1_000);
    const { alerts = [], truncatedAlerts = 0 } = notice ?? {};
    expect(Buffer.byteLength(JSON.stringify(notice))).toBeLessThan(600_000);
    expect(alerts.length + truncatedAlerts).toBe(600);
    expect(alerts.at(-1)?.samples).toEqual([]);
    expect(alerts[0]?.samples).toEqual(samples);
  });

  it('says when the first record behind it was accepted', () => {
    const bench = new Bench();
    bench.receive(firing(A, { acceptedMs: 7 }), firing(B, { acceptedMs: 5 }));
    expect(bench.pass(1_000)).toMatchObject([{ acceptedMs: 5 }]);
  });
});

describe('routes that change', () => {
  const to = (receiver: string) => routingOf(`route: {receiver: ${receiver}, groupWait: 1s}\nreceivers: [{name: ops}, {name: team}]`);

  it('take firing alerts along', () => {
    const bench = new Bench({ routing: to('ops') });
    bench.receive(firing(A));
    expect(bench.pass(1_000).map(({ receiver }) => receiver)).toEqual(['ops']);
    bench.alerts.setRouting(to('team'), bench.nowMs);
    expect(bench.pass(10 * MINUTE_MS).map(({ receiver, reason }) => [receiver, reason])).toEqual([['team', 'first_notification']]);
  });

  it('that lead to the same group tell nothing twice', () => {
    const bench = new Bench({ routing: to('ops') });
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.alerts.setRouting(routingOf(`route: {receiver: ops, groupWait: 5s}\nreceivers: [{name: ops}]`), bench.nowMs);
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
  });

  it('are noticed at the next start too', () => {
    const bench = new Bench({ routing: to('ops') });
    bench.receive(firing(A));
    bench.pass(1_000);
    const state = new Map([...bench.alerts.changes()].flatMap(([key, text]) => (text === null ? [] : [[key, text] as const])));
    const next = new Alerts({ routing: to('team'), state, nowMs: bench.nowMs });
    expect(next.due(bench.nowMs + 1_000).map(({ receiver }) => receiver)).toEqual(['team']);
  });
});

describe('the history', () => {
  it('has the episodes that ended, newest first', () => {
    const bench = new Bench();
    bench.receive(firing(A), occurrence(B));
    bench.pass(2_000);
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.alerts.history()).toMatchObject([
      { labels: A, startsAtMs: START_MS, endsAtMs: START_MS + 2_000, occurrence: false },
      { labels: B, occurrence: true },
    ]);
  });

  it('keeps the last thousand', () => {
    const bench = new Bench();
    for (let index = 0; index < 1_500; index++) bench.receive(occurrence({ alertname: 'x', host: `h${index}` }));
    expect(bench.alerts.history()).toHaveLength(1_000);
    expect(bench.alerts.history(1)).toMatchObject([{ labels: { host: 'h1499' } }]);
  });
});
