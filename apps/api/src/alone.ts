import { hostname } from 'node:os';
import { apiListener, FilterFiles, nodeName, type PartsOptions, type RunningService, startParts } from '#libs/service';
import { startApi } from './api-server.js';
import { ClusterTails } from './tail/cluster-tails.js';
import { nodeUrl } from './tail/node-url.js';
import { kibanaLinks } from './kibana-links.js';

/** The API as a process of its own, over an Elasticsearch that others write to. */
export async function startAlone(options: PartsOptions): Promise<RunningService> {
  if (options.settings.store.kind === 'duckdb') {
    throw new Error(
      'the API cannot run alone with duckdb, whose files belong to the process that writes them: run npm start (apps/hub), or set LOGWEIR_STORE_KIND=elasticsearch',
    );
  }
  return startParts(options, async (parts) => {
    const { settings, readiness, metrics, logger, now } = parts;
    // Without Redis it finds no alerts, and says so where it is asked for them; another API would find none either.
    readiness.needs('store');
    const store = await parts.openStore();
    const alerting = settings.redis.url === '' ? undefined : await parts.openAlerting();
    const access = await parts.openAccess(alerting);
    access.check([apiListener(settings, access)]);
    const endpoints = alerting && (await parts.openEndpoints(alerting));
    const alerts = alerting && endpoints && { alerting, endpoints };
    let reached = settings.api.nodeUrl.replace(/\/+$/, '');
    const tails =
      alerting &&
      new ClusterTails({
        coordination: alerting.coordination,
        url: () => reached,
        requestTimeoutMs: settings.api.requestTimeout,
        log: logger,
        now: () => performance.now(),
      });
    const filters = await parts.open('filters', FilterFiles.open({ settings: settings.filters, metrics, log: logger }));
    const api = await parts.open(
      'api',
      startApi({
        settings: settings.api,
        access,
        audit: access.audit,
        reader: store,
        deleter: store,
        readiness,
        metrics,
        logger,
        now,
        filters,
        node: nodeName(settings, hostname()),
        ...(tails && { tail: tails, tailStreams: tails }),
        ...kibanaLinks(settings),
        ...alerts,
      }),
    );
    reached ||= nodeUrl(api.address, hostname());
    endpoints?.keepOff({ api: api.address });
    return { api: api.address };
  });
}
