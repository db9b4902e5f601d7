import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startAlertHub, type AlertHub } from '../support/alert-hub.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';
import { describeWithPrograms, runProgram } from '../support/programs.js';

/** What Debian's Prometheus says of our metrics, and of the rules over them. */
const FOLDER = join(import.meta.dirname, '../../docker/prometheus');
const RULE_FILE = join(FOLDER, 'logweir.rules.yml');
const RULES = `
rules:
  - { name: any-error, level: error, group_by: [service], severity: critical, cooldown: 1s }
  - { name: many, where: 'message: timeout', count: { over: 10s, at_least: 3 }, group_by: [host], max_groups: 1 }
`;

let hub: AlertHub;
let collector: Collector;

async function metrics(): Promise<string> {
  return (await fetch(`${hub.url}/metrics`)).text();
}

/** Value of a line, by all that stands before it. */
function valueOf(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length) ?? Number.NaN);
}

beforeAll(async () => {
  collector = await new Collector().open();
  const routes = `route: { receiver: hook, groupInterval: 1s }\nreceivers: [{ name: hook, webhook: { url: '${collector.url}' } }]\n`;
  hub = await startAlertHub({ rules: RULES, routes });
  const late = { level: 'warn', msg: 'timeout', time: new Date(Date.now() - 600_000).toISOString(), hostname: 'a' };
  const timeouts = ['a', 'a', 'a', 'b', 'c'].map((hostname) => ({ level: 'warn', msg: 'timeout', hostname }));
  await hub.send({ level: 'error', service: 'checkout', msg: 'payment refused' }, late, ...timeouts);
});
afterAll(async () => {
  await hub.close();
  await collector.close();
});

describe('the metrics of alerts', () => {
  it('say what the evaluator holds, what came too late and what was sent', async () => {
    await eventually(() => expect(collector.accepted).toHaveLength(2), 30_000);
    await eventually(async () => expect(valueOf(await metrics(), 'logweir_alert_outbox_pending')).toBe(0), 5_000);
    const text = await metrics();
    expect(valueOf(text, 'logweir_ready{part="store"}')).toBe(1);
    expect(valueOf(text, 'logweir_alert_owner')).toBe(1);
    expect(valueOf(text, 'logweir_alert_rules')).toBe(2);
    expect(valueOf(text, 'logweir_alert_late_records_total{rule="many"}')).toBe(1);
    expect(valueOf(text, 'logweir_alert_groups{rule="many"}')).toBe(2);
    expect(valueOf(text, 'logweir_alert_other_group_records_total')).toBe(2);
    expect(valueOf(text, 'logweir_alert_groups_by_state{rule="many",state="firing"}')).toBe(1);
    expect(valueOf(text, 'logweir_alert_notifications_total{endpoint="hook",result="delivered"}')).toBe(2);
    expect(valueOf(text, 'logweir_alert_notification_delay_seconds_count')).toBe(2);
    expect(valueOf(text, 'logweir_alert_evaluator_lag_seconds')).toBeLessThan(10);
    expect(valueOf(text, 'logweir_alert_checkpoint_age_seconds')).toBeLessThan(30);
  }, 60_000);
});

describeWithPrograms(['promtool'], 'promtool', () => {
  it('finds nothing wrong with the metrics of a hub at work', async () => {
    expect(await runProgram('promtool', ['check', 'metrics'], await metrics())).toEqual({ code: 0, output: '' });
  });

  it('finds nothing wrong with the rules about Logweir itself', async () => {
    const { code, output } = await runProgram('promtool', ['check', 'rules', RULE_FILE]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') as string });
  });

  it('sees those rules fire when they should', async () => {
    const { code, output } = await runProgram('promtool', ['test', 'rules', join(FOLDER, 'logweir.rules.test.yml')]);
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') as string });
  });

  it('takes the configuration of docs/alerting.md', async () => {
    const document = readFileSync(join(import.meta.dirname, '../../docs/alerting.md'), 'utf8');
    const [, text = ''] = /^```yaml\n(rule_files:.*?)^```$/ms.exec(document) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'logweir-prometheus-'));
    writeFileSync(join(folder, 'prometheus.yml'), text);
    copyFileSync(RULE_FILE, join(folder, 'logweir.rules.yml'));
    const { code, output } = await runProgram('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
    rmSync(folder, { recursive: true });
    expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining('SUCCESS') as string });
  });
});

describe('the rules about Logweir itself', () => {
  it('ask for metrics that there are', async () => {
    const { groups } = parse(readFileSync(RULE_FILE, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
    const asked = groups.flatMap(({ rules }) => rules.flatMap(({ expr }) => expr.match(/logweir_\w+/g) ?? []));
    const text = await metrics();
    const known = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
    expect(known).toEqual(expect.arrayContaining(asked));
  });
});
