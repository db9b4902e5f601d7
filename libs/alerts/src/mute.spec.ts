import { Bench, brief, firing, MINUTE_MS, occurrence, resolved, routingOf, START_MS } from './alerts.fixture.js';
import { parseMatchers } from './matcher.js';
import type { Silence } from './silence.js';

const A = { alertname: 'x', host: 'a' };
const B = { alertname: 'x', host: 'b' };

function silence(matchers: string, fromMs: number, toMs: number): Silence {
  return {
    id: matchers,
    matchers: parseMatchers(matchers),
    startsAtMs: fromMs,
    endsAtMs: toMs,
    updatedAtMs: fromMs,
    createdBy: 'me',
    comment: '',
  };
}

describe('a silenced alert', () => {
  it('is told when the silence ends, if it still fires', () => {
    const bench = new Bench({ silences: [silence('host=a', START_MS, START_MS + 2 * MINUTE_MS)] });
    bench.receive(firing(A));
    expect(bench.pass(2 * MINUTE_MS - 1)).toEqual([]);
    expect(bench.alerts.alerts(bench.nowMs)).toMatchObject([{ state: 'suppressed', silencedBy: ['host=a'] }]);
    expect(bench.pass(1).map(brief)).toEqual(['firing first_notification a']);
  });

  it('is told when the silence is taken away', () => {
    const bench = new Bench({ silences: [silence('host=a', START_MS, START_MS + 200 * MINUTE_MS)] });
    bench.receive(firing(A));
    bench.pass(MINUTE_MS);
    bench.alerts.setSilences([], bench.nowMs);
    expect(bench.pass(0).map(brief)).toEqual(['firing first_notification a']);
  });

  it('that was told before is told again afterwards', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.alerts.setSilences([silence('host=a', START_MS, START_MS + 12 * MINUTE_MS)], bench.nowMs);
    expect(bench.pass(11 * MINUTE_MS)).toEqual([]);
    expect(bench.pass(MINUTE_MS).map(brief)).toEqual(['firing new_alerts a']);
  });

  it('that ends meanwhile and was told before is told as resolved afterwards', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    bench.alerts.setSilences([silence('host=a', START_MS, START_MS + 12 * MINUTE_MS)], bench.nowMs);
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(11 * MINUTE_MS)).toEqual([]);
    expect(bench.pass(MINUTE_MS).map(brief)).toEqual(['resolved all_resolved a!']);
  });

  it('that ends meanwhile and was never told stays untold', () => {
    const bench = new Bench({ silences: [silence('host=a', START_MS, START_MS + 2 * MINUTE_MS)] });
    bench.receive(firing(A), occurrence(A));
    bench.pass(MINUTE_MS);
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(100 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.size).toBe(0);
  });

  it('does not keep the others of its group back', () => {
    const bench = new Bench({ silences: [silence('host=a', START_MS, START_MS + 2 * MINUTE_MS)] });
    bench.receive(firing(A), firing(B));
    expect(bench.pass(1_000).map(brief)).toEqual(['firing first_notification b']);
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['firing new_alerts a,b']);
  });
});

describe('an acknowledged alert', () => {
  const acknowledge = (bench: Bench) =>
    bench.alerts.acknowledge(bench.alerts.alerts(bench.nowMs)[0]?.alert.fingerprint ?? '', {
      by: 'me',
      comment: 'on it',
      atMs: bench.nowMs,
    });

  it('is not repeated, and its end is told', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    expect(acknowledge(bench)).toBe(true);
    expect(bench.alerts.alerts(bench.nowMs)).toMatchObject([{ state: 'suppressed', acknowledged: { by: 'me' } }]);
    expect(bench.pass(300 * MINUTE_MS)).toEqual([]);
    bench.receive(resolved(A, bench.nowMs));
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['resolved all_resolved a!']);
  });

  it('is told anew in its next episode', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    acknowledge(bench);
    bench.receive(resolved(A, bench.nowMs), firing(A, { startsAtMs: bench.nowMs }));
    expect(bench.pass(5 * MINUTE_MS).map(brief)).toEqual(['firing new_alerts a']);
  });

  it('can be given back', () => {
    const bench = new Bench();
    bench.receive(firing(A));
    bench.pass(1_000);
    acknowledge(bench);
    const [listed] = bench.alerts.alerts(bench.nowMs);
    expect(bench.alerts.unacknowledge(listed?.alert.fingerprint ?? '', bench.nowMs)).toBe(true);
    expect(bench.alerts.unacknowledge(listed?.alert.fingerprint ?? '', bench.nowMs)).toBe(false);
    expect(bench.pass(60 * MINUTE_MS).map(brief)).toEqual(['firing repeat a']);
  });

  it('must fire', () => {
    expect(new Bench().alerts.acknowledge('0123456789abcdef', { by: 'me', comment: '', atMs: START_MS })).toBe(false);
  });
});

describe('an inhibited alert', () => {
  const routing = routingOf(`
route: { receiver: ops, groupBy: [alertname], groupWait: 1s, groupInterval: 5m }
receivers: [{ name: ops }]
inhibit_rules:
  - { source_matchers: ['severity=critical'], target_matchers: ['severity=~"warning|critical"'], equal: [dc] }
`);
  const critical = { alertname: 'down', severity: 'critical', dc: '1', host: 'down' };
  const warning = { alertname: 'slow', severity: 'warning', dc: '1', host: 'slow' };

  it('is not told while its source fires, and is when that ends', () => {
    const bench = new Bench({ routing });
    bench.receive(firing(critical), firing(warning));
    expect(bench.pass(1_000).map(brief)).toEqual(['firing first_notification down']);
    expect(bench.alerts.alerts(bench.nowMs).map(({ state, inhibitedBy }) => [state, inhibitedBy.length])).toContainEqual(['suppressed', 1]);
    bench.receive(resolved(critical, bench.nowMs));
    expect(
      bench
        .pass(5 * MINUTE_MS)
        .map(brief)
        .sort(),
    ).toEqual(['firing first_notification slow', 'resolved all_resolved down!']);
  });

  it('stays so when an occurrence with the labels of its source is over', () => {
    const bench = new Bench({ routing });
    bench.receive(firing(critical), occurrence(critical), firing(warning));
    bench.pass(10 * MINUTE_MS);
    expect(
      bench.alerts
        .alerts(bench.nowMs)
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['active', 'suppressed']);
  });

  it.each([
    ['of another value of an equal label', { ...warning, dc: '2' }],
    ['without the equal label', { alertname: 'slow', severity: 'warning', host: 'slow' }],
    ['that is itself such a source', { ...critical, alertname: 'slow', host: 'slow' }],
  ])('is not one %s', (_what, labels) => {
    const bench = new Bench({ routing });
    bench.receive(firing(critical), firing(labels));
    expect(bench.pass(1_000).map(brief).sort()).toEqual(['firing first_notification down', 'firing first_notification slow']);
  });
});

describe('a time interval', () => {
  const routing = routingOf(`
route:
  receiver: ops
  groupWait: 1s
  groupInterval: 5m
  routes:
    - { matchers: [host=a], muteTimeIntervals: [now] }
    - { matchers: [host=b], activeTimeIntervals: [later] }
receivers: [{ name: ops }]
timeIntervals:
  - { name: now, time_intervals: [{ times: [{ start_time: '06:00', end_time: '08:00' }] }] }
  - { name: later, time_intervals: [{ times: [{ start_time: '08:00', end_time: '24:00' }] }] }
`);

  it.each([
    ['that mutes a route', A, 'now'],
    ['in which a route is not active', B, 'later'],
  ])('%s keeps its alerts until it is over', (_what, labels, name) => {
    const bench = new Bench({ routing });
    bench.receive(firing(labels));
    expect(bench.pass(59 * MINUTE_MS)).toEqual([]);
    expect(bench.alerts.alerts(bench.nowMs)).toMatchObject([{ state: 'suppressed', mutedBy: [name] }]);
    expect(bench.pass(6 * MINUTE_MS)).toHaveLength(1);
  });
});
