import { Metrics } from '#libs/telemetry';
import { Gauges, type TermReport } from './gauges.js';

const report: TermReport = {
  rules: [{ name: 'a', groups: 3, phases: { ok: 2, firing: 1 } }],
  certainMs: 58_000,
  outbox: 4,
  savedMs: 59_000,
  counted: { otherGroup: 5, crowded: 6, refused: 7 },
};

function start() {
  const metrics = new Metrics();
  const gauges = new Gauges(metrics, () => 60_000);
  const lines = async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => /^logweir_alert_(groups|evaluator|outbox|checkpoint|other|refused)/.test(line));
  return { gauges, lines };
}

describe('gauges of the evaluation', () => {
  it('are those of the term that is on, at the moment of the scrape', async () => {
    const { gauges, lines } = start();
    gauges.follow(() => report);
    expect(await lines()).toEqual([
      'logweir_alert_evaluator_lag_seconds 2',
      'logweir_alert_groups_by_state{rule="a",state="ok"} 2',
      'logweir_alert_groups_by_state{rule="a",state="firing"} 1',
      'logweir_alert_groups{rule="a"} 3',
      'logweir_alert_other_group_records_total 5',
      'logweir_alert_refused_total 7',
      'logweir_alert_outbox_pending 4',
      'logweir_alert_checkpoint_age_seconds 1',
    ]);
  });

  it('leave nothing of a rule that is gone, and show no lag without a rule', async () => {
    const { gauges, lines } = start();
    let now: TermReport = report;
    gauges.follow(() => now);
    await lines();
    now = { ...report, rules: [] };
    expect((await lines()).filter((line) => line.includes('rule=') || line.includes('lag'))).toEqual([
      'logweir_alert_evaluator_lag_seconds 0',
    ]);
  });

  it('count on from term to term, and are zero when somebody else evaluates', async () => {
    const { gauges, lines } = start();
    gauges.follow(() => report);
    gauges.follow();
    expect(await lines()).toContain('logweir_alert_outbox_pending 0');
    gauges.follow(() => report);
    await lines();
    const counted = (await lines()).filter((line) => line.includes('_total'));
    expect(counted).toEqual(['logweir_alert_other_group_records_total 10', 'logweir_alert_refused_total 14']);
  });
});
