import { Bench, firing, MINUTE_MS, SIMPLE, START_MS } from './alerts.fixture.js';
import { apiAlert, apiGroup, apiStatus, parseApiAlerts } from './api.js';
import { parseMatchers } from './matcher.js';

const NOW = '2026-11-21T07:00:00.000Z';

describe('posted alerts', () => {
  it('are taken as Prometheus sends them', () => {
    const labels = { team: 'x', alertname: 'x', severity: 'critical', host: 'h', empty: '' };
    const posted = {
      labels,
      annotations: { summary: 's' },
      startsAt: '2026-11-21T06:59:00.123456789+00:00',
      endsAt: '2026-11-21T07:03:00Z',
      generatorURL: 'http://g/',
    };
    const { alerts, problems } = parseApiAlerts([posted], START_MS);
    expect(problems).toEqual([]);
    expect(alerts).toMatchObject([
      {
        labels: { alertname: 'x', host: 'h', severity: 'critical', team: 'x' },
        annotations: { summary: 's' },
        startsAtMs: START_MS - MINUTE_MS + 123,
        endsAtMs: START_MS + 3 * MINUTE_MS,
        updatedAtMs: START_MS,
        generatorUrl: 'http://g/',
        fingerprint: '48459eac690ae711',
        external: true,
      },
    ]);
  });

  it.each([
    ['nothing', {}, START_MS, START_MS + 5 * MINUTE_MS],
    ['Go zero times', { startsAt: '0001-01-01T00:00:00Z', endsAt: '0001-01-01T00:00:00Z' }, START_MS, START_MS + 5 * MINUTE_MS],
    ['a begin', { startsAt: '2026-11-21T06:00:00Z' }, START_MS - 60 * MINUTE_MS, START_MS + 5 * MINUTE_MS],
    ['a past end', { endsAt: '2026-11-21T06:00:00Z' }, START_MS - 60 * MINUTE_MS, START_MS - 60 * MINUTE_MS],
  ])('with %s of times have their begin and end', (_what, times, startsAtMs, endsAtMs) => {
    expect(parseApiAlerts([{ labels: { alertname: 'x' }, ...times }], START_MS).alerts).toMatchObject([{ startsAtMs, endsAtMs }]);
  });

  it.each([
    [{ a: 1 }, [{ index: -1, message: 'the body must be a list of alerts' }]],
    [[{}], [{ index: 0, message: 'labels in body is required: an object of texts' }]],
    [[{ labels: {} }], [{ index: 0, message: 'at least one label pair required' }]],
    [[{ labels: { a: 1 } }], [{ index: 0, message: 'labels in body is required: an object of texts' }]],
    [[{ labels: { é: '1' } }], [{ index: 0, message: 'invalid label set: invalid name "é"' }]],
    [[{ labels: { a: 'x' }, annotations: [] }], [{ index: 0, message: 'annotations must be an object of texts' }]],
    [[{ labels: { a: 'x' }, startsAt: 'now' }], [{ index: 0, message: 'startsAt: must be a time as 2026-11-21T07:00:00Z' }]],
    [
      [{ labels: { a: 'x' }, startsAt: NOW, endsAt: '2026-11-20T00:00:00Z' }],
      [{ index: 0, message: 'start time must be before end time' }],
    ],
    [[{ labels: { a: 'x' }, generatorURL: 7 }], [{ index: 0, message: 'generatorURL must be a text' }]],
    [['x'], [{ index: 0, message: 'an alert must be an object' }]],
  ])('that are wrong are named one by one: %j', (body, problems) => {
    expect(parseApiAlerts(body, START_MS)).toEqual({ alerts: [], problems });
  });

  it('that are good are taken beside others that are not', () => {
    const { alerts, problems } = parseApiAlerts([{ labels: {} }, { labels: { a: 'x' } }], START_MS);
    expect([alerts.length, problems.map(({ index }) => index)]).toEqual([1, [0]]);
  });

  it('are limited in number and in length', () => {
    expect(parseApiAlerts(Array.from({ length: 10_001 }), START_MS).problems).toHaveLength(1);
    const [alert] = parseApiAlerts([{ labels: { a: 'x' }, annotations: { text: 'y'.repeat(20_000) } }], START_MS).alerts;
    expect(alert?.annotations['text']).toHaveLength(8_192);
  });
});

describe('the API', () => {
  // The shape was taken from a real Alertmanager; `mutedBy` came with 0.28.
  it('shows an alert as Alertmanager does', () => {
    const bench = new Bench();
    bench.alerts.receive(parseApiAlerts([{ labels: { alertname: 'ok' } }], START_MS).alerts, START_MS);
    bench.pass(1_000);
    expect(bench.alerts.alerts(bench.nowMs).map((listed) => apiAlert(listed, bench.nowMs))).toEqual([
      {
        annotations: {},
        endsAt: '2026-11-21T07:05:00.000Z',
        fingerprint: '01167342b0fed1b2',
        receivers: [{ name: 'ops' }],
        startsAt: NOW,
        status: { inhibitedBy: [], mutedBy: [], silencedBy: [], state: 'active' },
        updatedAt: NOW,
        labels: { alertname: 'ok' },
      },
    ]);
  });

  it('shows groups by receiver', () => {
    const bench = new Bench();
    bench.receive(firing({ alertname: 'y', host: 'a' }), firing({ alertname: 'x', host: 'a' }), firing({ alertname: 'x', host: 'b' }));
    const groups = bench.alerts.groups(bench.nowMs).map((group) => apiGroup(group, bench.nowMs));
    expect(groups.map(({ labels, receiver, alerts }) => [labels, receiver, alerts.length])).toEqual([
      [{ alertname: 'x' }, { name: 'ops' }, 2],
      [{ alertname: 'y' }, { name: 'ops' }, 1],
    ]);
  });

  it.each([
    [{}, 2],
    [{ unprocessed: false }, 1],
    [{ active: false }, 1],
    [{ matchers: parseMatchers('alertname=x') }, 1],
    [{ receiver: (name: string) => name === 'team' }, 0],
  ])('shows what a filter leaves: %j', (filter, count) => {
    const bench = new Bench();
    bench.receive(firing({ alertname: 'x' }));
    bench.pass(1_000);
    bench.receive(firing({ alertname: 'y' }));
    expect(bench.alerts.alerts(bench.nowMs, filter)).toHaveLength(count);
  });

  it('says what it is as amtool wants to know', () => {
    expect(apiStatus({ routing: SIMPLE, version: '0.1.0', startedMs: START_MS })).toMatchObject({
      cluster: { status: 'disabled', peers: [] },
      uptime: NOW,
      versionInfo: { version: '0.1.0' },
      config: { original: expect.stringContaining('"receiver": "ops"') },
    });
  });
});
