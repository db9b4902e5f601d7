import { loadSettings } from '#libs/config';
import { startParts } from '#libs/service';
import { eventually } from '../../../test/support/eventually.js';
import { describeWithRedis, type RedisServer, startRedis } from '../../../test/support/redis.js';
import { startAlerter } from './alerter.module.js';

describeWithRedis('the alerter as a Nest application', () => {
  let redis: RedisServer;
  beforeEach(async () => (redis = await startRedis({ appendfsync: 'always' })));
  afterEach(() => redis.close());

  it('works when it has started, and has let go of the rules when it has closed', async () => {
    const env = { LOGWEIR_REDIS_URL: redis.url, LOGWEIR_ALERTS_RULES: 'none' };
    const settings = loadSettings({ env, readFile: () => undefined });
    const service = await startParts({ settings, env, write: () => undefined, now: Date.now }, async (parts) => {
      const { metrics, logger: log, now } = parts;
      const alerting = await parts.openAlerting();
      const endpoints = await parts.openEndpoints(alerting);
      const alerter = await startAlerter({ settings, alerting, endpoints, metrics, log, now });
      await eventually(async () => expect(await metrics.registry.metrics()).toMatch(/^logweir_alert_owner 1$/m));
      await alerter.close();
      // Whoever still held it would renew it every second.
      const lease = await alerting.coordination.lease('evaluator', AbortSignal.timeout(10_000));
      await lease.release();
      return {};
    });
    await service.close();
  });
});
