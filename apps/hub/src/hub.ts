import { apiListener, doorListeners, type PartsOptions, prepareDataFolder, type RunningService, startParts } from '#libs/service';
import { startAlerter } from '../../alerter/src/alerter.module.js';
import { startApi } from '../../api/src/api-server.js';
import { kibanaLinks } from '../../api/src/kibana-links.js';
import { startIngest } from '../../ingest/src/ingest.module.js';

/** Ingest, alerter and API in one process over one store. */
export function startHub(options: PartsOptions): Promise<RunningService> {
  return startParts(options, async (parts) => {
    const { settings, readiness, metrics, logger, now } = parts;
    prepareDataFolder(settings.data.dir);
    const store = await parts.openStore();
    const alerting = await parts.openAlerting();
    const access = await parts.openAccess(alerting);
    access.check([...doorListeners(settings, access), apiListener(settings, access)]);
    const ingest = await parts.open('ingest', startIngest({ settings, store, metrics, logger, readiness, now, alerting, access }));

    const endpoints = await parts.openEndpoints(alerting);
    const { deadLetters, drained, filters } = ingest;
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
        deadLetters,
        drained,
        alerting,
        endpoints,
        filters,
        ...kibanaLinks(settings),
      }),
    );
    const doors = await parts.open('doors', ingest.openDoors());
    const addresses = { ...doors.addresses, api: api.address };
    endpoints.keepOff(addresses);

    await parts.open('alerter', startAlerter({ settings, alerting, endpoints, metrics, log: logger, now }));
    return addresses;
  });
}
