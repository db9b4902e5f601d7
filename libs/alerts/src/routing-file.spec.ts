import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultRouting, describeRouting, groupKey, groupLabels, matchRoutes } from './routing.js';
import { parseRouting } from './routing-file.js';
import { formatRoutingProblem } from './yaml-reader.js';

const FILE = `
route:
  receiver: ops
  groupBy: [alertname]
  groupInterval: 2m
  routes:
    - receiver: pager
      matchers: [severity="critical"]
      group_wait: 0s
      continue: true
    - matchers: ['team=~"db|store"', severity!="info"]
      receiver: db
      groupBy: ['...']
      repeatInterval: 1h
      routes:
        - matchers: [host="db1"]
receivers:
  - name: ops
    webhook: { url: 'https://ops.example/hook', secret: '\${HOOK_SECRET}' }
  - name: pager
    pagerduty: { routing_key_file: /run/secrets/pager }
  - name: db
    sendResolved: false
    slack: { url_file: slack-url, channels: ['\${CHANNEL}'] }
`;

const SOURCES = { file: 'routes.yml' };

function parsed(text = FILE) {
  const { routing, problems } = parseRouting(text, SOURCES);
  if (routing === undefined) throw new Error(problems.map(formatRoutingProblem).join('\n'));
  return routing;
}

/** What a real amtool makes of a configuration; false where there is none. */
function amtoolRoutes(config: string): readonly [found: boolean, routes: string] {
  const folder = mkdtempSync(join(tmpdir(), 'logweir-routes-'));
  try {
    const file = join(folder, 'alertmanager.yml');
    writeFileSync(file, config);
    const { error, stdout, stderr } = spawnSync('amtool', ['config', 'routes', 'show', `--config.file=${file}`], { encoding: 'utf8' });
    return [error === undefined, stdout + stderr];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a routes file', () => {
  it.each([
    [{ severity: 'info' }, ['ops']],
    [{ severity: 'critical' }, ['pager']],
    [{ severity: 'critical', team: 'db' }, ['pager', 'db']],
    [{ severity: 'info', team: 'db' }, ['ops']],
    [{ severity: 'error', team: 'store', host: 'db1' }, ['db']],
  ])('sends %j to %j', (labels, receivers) => {
    expect(matchRoutes(parsed().route, labels).map(({ receiver }) => receiver)).toEqual(receivers);
  });

  it('gives what a route does not say from its parent', () => {
    const [deepest] = matchRoutes(parsed().route, { team: 'db', host: 'db1' });
    expect(deepest).toMatchObject({
      receiver: 'db',
      groupBy: ['...'],
      repeatIntervalMs: 3_600_000,
      groupIntervalMs: 120_000,
      continue: false,
    });
  });

  it('names groups as Alertmanager does', () => {
    const labels = { alertname: 'x', team: 'db', host: 'db1' };
    const [deepest = parsed().route] = matchRoutes(parsed().route, labels);
    expect(groupKey(deepest, groupLabels(deepest, labels))).toBe(
      '{}/{severity!="info",team=~"db|store"}/{host="db1"}:{alertname="x", host="db1", team="db"}',
    );
    expect(groupKey(parsed().route, groupLabels(parsed().route, labels))).toBe('{}:{alertname="x"}');
  });

  it('leaves blocks as they are written: libs/notify puts secrets in place', () => {
    expect(parsed().receivers).toEqual([
      { name: 'ops', sendResolved: true, settings: { webhook: { url: 'https://ops.example/hook', secret: '${HOOK_SECRET}' } } },
      { name: 'pager', sendResolved: true, settings: { pagerduty: { routing_key_file: '/run/secrets/pager' } } },
      { name: 'db', sendResolved: false, settings: { slack: { url_file: 'slack-url', channels: ['${CHANNEL}'] } } },
    ]);
  });

  it('is shown without any setting of a receiver', () => {
    const shown = JSON.stringify(describeRouting(parsed()));
    expect(shown).toContain('"receivers":[{"name":"ops"},{"name":"pager"},{"name":"db"}]');
    expect(shown).not.toMatch(/SECRET|secrets|https:/);
  });

  it('is shown so that amtool reads it', () => {
    const [found, routes] = amtoolRoutes(JSON.stringify(describeRouting(parsed())));
    if (found) expect(routes).toMatch(/team=~"db\|store"\}\s+receiver: db/);
  });

  it('that is empty sends everything to the receiver named default, or to nobody', () => {
    expect(parseRouting('', { file: 'f', receivers: ['default'] }).routing).toEqual(defaultRouting(['default']));
    expect(parseRouting('', { file: 'f' }).routing?.route.receiver).toBeUndefined();
  });

  it.each([
    ['route: {receiver: nobody}\nreceivers: [{name: ops}]', 'routes.yml:1 route.receiver: there is no receiver "nobody" (allowed: ops)'],
    ['route:\n  groupwait: 5s', /^routes.yml:2 route.groupwait: "groupwait" is not known here \(allowed: receiver, matchers/],
    [
      'route:\n  groupWait: 5 seconds',
      'routes.yml:2 route.groupWait: "5 seconds" is not a duration: 30s, 5m, 1h30m, 500ms are (allowed: a duration as 30s, 5m, 4h)',
    ],
    ['route: {groupInterval: 0s}', /must be longer than 0/],
    ['route:\n  routes:\n    - matchers: [a]', /^routes.yml:3 route.routes\[0\].matchers\[0\]: bad matcher format: a/],
    ['route: {matchers: [a=b]}', /the root route takes everything/],
    ["route: {groupBy: ['...', a]}", /stands alone/],
    ['route: {groupBy: [service.name]}', /dots of fields are _/],
    ['route: {routes: [{muteTimeIntervals: [night]}]}', /there is no time interval "night" \(allowed: none is defined\)/],
    ['receivers: [{name: a}, {name: a}]', /the name "a" is taken/],
    ['receivers: [{name: a, telegram: {}}]', /allowed: name, sendResolved, webhook, slack, discord, teams, pagerduty, email, alertmanager/],
    ['inhibitRules: [{sourceMatchers: [a=b]}]', /sourceMatchers and targetMatchers are needed/],
    ['route: [', /^routes.yml:1: /],
    ['route: 7', /must be a map/],
    ['x'.repeat(1_100_000), /more than 1048576 bytes/],
  ])('that is wrong names file, line, field and what is allowed: %#', (text, expected) => {
    const { routing, problems } = parseRouting(text, SOURCES);
    expect(routing).toBeUndefined();
    if (typeof expected === 'string') expect(problems.map(formatRoutingProblem)).toEqual([expected]);
    else expect(problems.map(formatRoutingProblem).join('\n')).toMatch(expected);
  });
});
