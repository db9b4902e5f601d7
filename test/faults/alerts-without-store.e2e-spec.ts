import { startAlertHub, type AlertHub } from '../support/alert-hub.js';
import { Collector } from '../support/collector.js';
import { eventually } from '../support/eventually.js';

const RULES = `
rules:
  - name: any-error
    level: error
    severity: critical
    annotations: { summary: '{{ samples[0].message }}' }
`;

/** Nothing listens there: port 1 needs privileges that no test has. */
const NOBODY = 'http://127.0.0.1:1';
/** The queues are made from nothing when the program is not built. */
const START_MS = 90_000;
const ALERT_MS = 15_000;

describe('an Elasticsearch that is away', () => {
  let collector: Collector;
  let hub: AlertHub;

  beforeAll(async () => {
    collector = await new Collector().open();
    hub = await startAlertHub({
      rules: RULES,
      routes: `route: { receiver: hook, groupWait: 0s }\nreceivers: [{ name: hook, webhook: { url: '${collector.url}' } }]\n`,
      env: { LOGWEIR_STORE_KIND: 'elasticsearch', LOGWEIR_ELASTICSEARCH_NODES: NOBODY },
    });
  }, START_MS);

  afterAll(async () => {
    await hub.close();
    await collector.close();
  });

  it('delays no alert, and readiness says what is wrong', async () => {
    await hub.send({ level: 'error', message: 'payment failed', service: 'shop' });
    await eventually(() => expect(collector.accepted.map(({ body }) => body).join('')).toContain('payment failed'), ALERT_MS);
    const { body } = await hub.ask<{ parts: { store: { reason: string } } }>('GET', '/readyz');
    expect(body.parts.store.reason).toMatch(/no answer from Elasticsearch.*127\.0\.0\.1:1.*is it running/s);
  }, 30_000);
});
