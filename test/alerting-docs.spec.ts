import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { alertOf, parseRouting, renderTemplate } from '#libs/alerts';
import { parseReceiver } from '#libs/notify';
import { parseRules, type Rule } from '#libs/rules';
import { AlertStage } from './support/alert-stage.js';

/** What docs/alerting.md says is run here: each of its examples, and each row of its table of kinds. */
const ROOT = path.join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const DOCUMENT = read('docs/alerting.md');

const SECRETS: Readonly<Record<string, string>> = {
  SLACK_URL: 'https://hooks.slack.com/services/T/B/x',
  DISCORD_URL: 'https://discord.com/api/webhooks/1/x',
  TEAMS_WORKFLOW_URL: 'https://example.webhook.office.com/x',
  PAGERDUTY_KEY: 'a'.repeat(32),
  WEBHOOK_URL: 'https://ops.example.com/alerts',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  WEBHOOK_SECRET_OLD_STYLE: 'x',
  WEBHOOK_TOKEN: 'x',
  SMTP_PASSWORD: 'x',
  ALERTMANAGER_PASSWORD: 'x',
};
const SOURCES = { env: SECRETS, readFile: () => 'https://hooks.slack.com/services/T/B/y\n' };

type Kind = 'rules' | 'routes' | 'prometheus';

function kindOf(text: string): Kind {
  const keys = Object.keys(parse(text) as object);
  if (keys.includes('rules')) return 'rules';
  return keys.includes('route') || keys.includes('receivers') ? 'routes' : 'prometheus';
}

const blocks = [...DOCUMENT.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => ({
  text,
  kind: kindOf(text),
  line: DOCUMENT.slice(0, DOCUMENT.indexOf(text)).split('\n').length,
}));
const textsOf = (kind: Kind) => blocks.filter((block) => block.kind === kind).map(({ line, text }) => [line, text] as const);

function rulesOf(text: string): readonly Rule[] {
  const { rules, problems } = parseRules(text, { file: 'example.yml' });
  expect(problems).toEqual([]);
  return rules;
}

function expectGoodRoutes(text: string): void {
  const { routing, problems } = parseRouting(text, { file: 'example.yml' });
  expect(problems).toEqual([]);
  for (const { name, sendResolved, settings } of routing?.receivers ?? [])
    expect({ name, read: parseReceiver(name, { sendResolved, ...settings }, SOURCES) }).toMatchObject({
      name,
      read: { endpoint: { name } },
    });
}

const documented = new Map(textsOf('rules').flatMap(([, text]) => rulesOf(text).map((rule) => [rule.name, rule])));

/** A stage with one rule of the document. */
function stage(name: string): AlertStage {
  const rule = documented.get(name);
  if (rule === undefined) throw new Error(`docs/alerting.md has no rule ${name}`);
  return new AlertStage([rule]);
}

/** Summaries of what was decided. */
function summaries({ told }: AlertStage): string[] {
  return told.flatMap(({ transition }) => {
    const rule = documented.get(transition.rule);
    return rule === undefined ? [] : [alertOf(transition, rule).annotations['summary'] ?? ''];
  });
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

/** By the name that the document's table gives them. */
const PLAYS: Readonly<Record<string, () => void>> = {
  'level: tells the first error of a service at once and folds the next ones into a digest': () => {
    const error = (msg: string) => ({ level: 'error', service: 'checkout', msg });
    const play = stage('any-errors').at(5, error('payment refused'), { level: 'warn', service: 'checkout', msg: 'slow' });
    expect(play.words).toEqual(['occurrence 5 checkout']);
    expect(play.told[0]?.transition.samples.map(({ message }) => message)).toEqual(['payment refused']);
    play
      .at(10, error('again'))
      .at(20, { ...error('unwell'), logger: 'healthcheck' })
      .at(100, error('and again'))
      .until(310);
    expect(play.words).toEqual(['occurrence 5 checkout', 'occurrence 305 checkout']);
    expect(summaries(play)).toEqual(['checkout: payment refused', 'checkout: payment refused (and 2 more)']);
  },

  'match: tells every record that matches when there is no cooldown': () => {
    const oom = { level: 'error', host: 'web-1', msg: 'java.lang.OutOfMemoryError: Out of memory' };
    const play = stage('out-of-memory').at(5, oom, { host: 'web-1', msg: 'out for lunch, memory fine' }).at(6, oom).at(60, oom);
    expect(play.words).toEqual(['occurrence 5 web-1', 'occurrence 6 web-1', 'occurrence 60 web-1']);
  },

  'new_term: tells of a value at its first sight, and not again': () => {
    const thrown = (type: string, service = 'shop') => ({ level: 'error', service, 'error.type': type, msg: 'failed' });
    const play = stage('new-exception').at(5, thrown('TypeError')).at(400, thrown('TypeError')).at(500, thrown('RangeError')).until(1_000);
    expect(play.words).toEqual(['occurrence 5 shop', 'occurrence 500 shop']);
    expect(summaries(play)).toEqual(['first TypeError in shop: failed', 'first RangeError in shop: failed']);
  },

  'new_term of log.pattern: tells the first record of a statement that was never seen': () => {
    const said = (msg: string, level = 'warn') => ({ level, service: 'shop', msg });
    const play = stage('new-pattern')
      .at(5, said('stock of item 7 is low'))
      .at(6, said('stock of item 8 is low'), said('nothing to see', 'info'))
      .at(60, said('card of customer 12 was refused'))
      .at(61, said('card of customer 13 was refused'), said('stock of item 9 is low'))
      .until(1_000);
    expect(play.words).toEqual(['occurrence 5 shop', 'occurrence 60 shop']);
    expect(summaries(play)).toEqual(['new in shop: stock of item 7 is low', 'new in shop: card of customer 12 was refused']);
  },

  'match by log.pattern: tells of one statement, whatever its variables': () => {
    const said = (msg: string) => ({ level: 'error', service: 'shop', msg });
    const play = stage('upstream-gave-up')
      .at(5, said('upstream 10.0.0.3:8080 is back'))
      .at(6, said('upstream 10.0.0.3:8080 gave up after 31 s'))
      .at(700, said('upstream [::1]:80 gave up after 5 s'), said('upstream pay-2:80 gave up after 5 s'))
      .until(2_000);
    expect(play.words).toEqual(['occurrence 6 shop', 'occurrence 700 shop']);
    expect(play.told[1]?.transition.samples.map(({ message }) => message)).toEqual(['upstream pay-2:80 gave up after 5 s']);
  },

  'change: tells of another value than before, with both': () => {
    const line = (version: string) => ({ service: 'shop', service_version: version, msg: 'hello' });
    const play = stage('new-version').at(5, line('1.4')).at(6, line('1.4')).at(7, line('1.5')).at(8, line('1.5'));
    expect(play.words).toEqual(['occurrence 7 shop']);
    expect(summaries(play)).toEqual(['shop went from 1.4 to 1.5']);
  },

  'count: fires at the tenth match in the window and resolves when fewer are left': () => {
    const failed = (user: string) => ({ msg: 'login failed', user_id: user });
    const play = stage('failed-logins').at(20, ...times(9, () => failed('ann')), ...times(5, () => failed('bob')));
    expect(play.words).toEqual([]);
    play.at(50, failed('ann'));
    expect(play.words).toEqual(['firing 50 ann']);
    expect(summaries(play)).toEqual(['10 failed logins of ann in 1m']);
    play.until(200);
    expect(play.words).toEqual(['firing 50 ann', 'resolved 80 ann']);
  },

  'rate: fires above the rate and resolves only below the lower one': () => {
    const timeouts = (count: number) => times(count, () => ({ msg: 'upstream timeout' }));
    const play = stage('too-many-timeouts').every(100, 160, ...timeouts(5));
    expect(play.words).toEqual([]);
    play.at(160, ...timeouts(6)).every(161, 300, ...timeouts(3));
    expect(play.words).toEqual(['firing 160']);
    expect(summaries(play)).toEqual(['5 timeouts a second']);
    play.every(300, 500, ...timeouts(1));
    expect(play.words).toEqual(['firing 160', 'resolved 359']);
  },

  'ratio: fires above the share, after it held long enough, and never on too few': () => {
    const answers = (good: number, bad: number) => [
      ...times(good, () => ({ service: 'api', status: 200, msg: 'answered' })),
      ...times(bad, () => ({ service: 'api', status: 503, msg: 'answered' })),
    ];
    const play = stage('api-errors')
      .at(10, ...answers(30, 10))
      .until(200);
    expect(play.words).toEqual([]);
    play.every(200, 300, ...answers(9, 1));
    expect(play.words).toEqual(['firing 234']);
    expect(summaries(play)).toEqual(['10% of the answers failed']);
    play.every(300, 400, ...answers(10, 0));
    expect(play.words).toEqual(['firing 234', 'resolved 348']);
  },

  'spike: fires when the window has three times what the one before had': () => {
    const line = { service: 'shop', msg: 'order' };
    const play = stage('traffic-spike').every(0, 1_260, ...times(1, () => line));
    expect(play.words).toEqual([]);
    play.every(1_260, 1_560, ...times(6, () => line));
    expect(play.words).toEqual(['firing 1499']);
    expect(play.told[0]?.transition.value).toBeGreaterThanOrEqual(3);
  },

  'absence: fires when a group that was seen is silent, and resolves when it is back': () => {
    const line = (host: string) => ({ host, msg: 'alive' });
    const play = stage('silent-host').at(10, line('web-1'), line('web-2'));
    play.every(11, 700, line('web-2'));
    expect(play.words).toEqual(['firing 310 web-1']);
    expect(summaries(play)).toEqual(['nothing from web-1 for 5m']);
    play.at(800, line('web-1')).until(810);
    expect(play.words).toContain('resolved 800 web-1');
  },

  'distinct: fires when one address tries enough different users': () => {
    const attempt = (user: string, ip: string) => ({ msg: 'login failed', user_id: user, 'client.ip': ip });
    const play = stage('password-spraying').at(5, ...times(19, (n) => attempt(`user-${n}`, '203.0.113.9')));
    play.at(6, ...times(40, () => attempt('ann', '203.0.113.7'))).at(60, attempt('user-3', '203.0.113.9'));
    expect(play.words).toEqual([]);
    play.at(70, attempt('user-19', '203.0.113.9'));
    expect(play.words).toEqual(['firing 70 203.0.113.9']);
  },

  'lateness: a record that comes late fires the window it belongs to': () => {
    const failed = (late: number) => ({ msg: 'login failed', user_id: 'ann', late });
    const play = stage('failed-logins')
      .at(20, ...times(9, () => failed(0)))
      .until(100);
    expect(play.words).toEqual([]);
    play.at(120, failed(90));
    expect(play.words[0]).toBe('firing 30 ann');
    const tooLate = stage('failed-logins')
      .at(20, ...times(9, () => failed(0)))
      .at(190, failed(150));
    expect(tooLate.words).toEqual([]);
  },

  'no_data: fires on silence when the rule says so': () => {
    const play = stage('payments').every(0, 300, { msg: 'payment done' }).until(500);
    expect(play.words).toEqual(['no_data 419']);
    play.at(500, { msg: 'payment done' }).until(505);
    expect(play.words).toEqual(['no_data 419', 'resolved 500']);
  },

  'groups: beyond max_groups they are counted together': () => {
    const lines = ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host, msg: 'hello' }));
    const play = stage('noisy-hosts').at(5, ...lines);
    expect(play.words).toEqual(['firing 5 __other__']);
  },
};

describe('docs/alerting.md', () => {
  it.each(textsOf('rules'))('has rules without a mistake in line %i', (_, text) => {
    expect(rulesOf(text).length).toBeGreaterThan(0);
  });

  it.each(textsOf('routes'))('has routes and receivers without a mistake in line %i', (_, text) => expectGoodRoutes(text));

  it('names the test of each kind', () => {
    const rows = [...DOCUMENT.matchAll(/^\| .* \| \[(\S+)\]\(#\w+\) \| (.*) \|$/gm)];
    expect(rows.map(([, , test]) => test)).toEqual(Object.keys(PLAYS));
    for (const [, name = ''] of rows) expect(documented.has(name)).toBe(true);
  });

  it('has links to its own headings', () => {
    const anchors = [...DOCUMENT.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of DOCUMENT.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
  });
});

describe('an example of docs/alerting.md does what is said there', () => {
  it.each(Object.entries(PLAYS))('%s', (_, play) => play());
});

describe('filters of annotations', () => {
  it.each([
    ['{{ x | duration }}', 90_000, '1m30s'],
    ['{{ x | number }}', 12_345.678, '12 345.68'],
    ['{{ x | number: 1 }}', 12_345.678, '12 345.7'],
    ['{{ x | percent }}', 0.051, '5.1%'],
  ])('%s of %d is %s', (template, x, text) => {
    expect(renderTemplate(template, { x })).toBe(text);
    expect(DOCUMENT).toContain(`\`${text}\``);
  });
});

describe('the first rule', () => {
  it('of README.md is the one of docs/alerting.md', () => {
    const files = [...read('README.md').matchAll(/^cat > (\S+) <<'END'\n(.*?)^END$/gms)].map(([, file = '', text = '']) => [
      file,
      parse(text) as unknown,
    ]);
    const [routes = '', rules = ''] = blocks.map(({ text }) => text);
    expect(files).toEqual([
      ['config/routes.yml', parse(routes)],
      ['config/rules/first.yml', parse(rules)],
    ]);
  });
});

describe('the example files in config/', () => {
  it('are rules without a mistake', () => {
    expect(rulesOf(read('config/rules.example.yml')).length).toBeGreaterThan(5);
  });

  it('are routes and receivers without a mistake', () => expectGoodRoutes(read('config/routes.example.yml')));
});
