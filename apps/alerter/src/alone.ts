import { startOperations } from '#libs/http';
import { apiListener, type PartsOptions, type RunningService, startParts } from '#libs/service';
import { startAlerter } from './alerter.module.js';

/** The alerter as a process of its own: with others of its kind over one Redis, one of them evaluates, all deliver. */
export async function startAlone(options: PartsOptions): Promise<RunningService> {
  if (options.settings.redis.url === '') {
    throw new Error(
      'the alerter cannot run alone without a Redis that it shares with ingest: set LOGWEIR_REDIS_URL, or run npm start (apps/hub)',
    );
  }
  return startParts(options, async (parts) => {
    const { settings, readiness, metrics, logger, now } = parts;
    const alerting = await parts.openAlerting();
    const access = await parts.openAccess(alerting);
    access.check([apiListener(settings, access)]);
    const doorkeeper = access.doorkeeper(settings.api.host);
    const health = await parts.open(
      'health',
      startOperations({ settings: settings.api, doorkeeper, audit: access.audit, readiness, metrics, log: logger, now }),
    );
    const endpoints = await parts.openEndpoints(alerting);
    endpoints.keepOff({ alerter: health.address });
    await parts.open('alerter', startAlerter({ settings, alerting, endpoints, metrics, log: logger, now }));
    return { alerter: health.address };
  });
}
