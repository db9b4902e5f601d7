import { hostname } from 'node:os';
import { apiListener, doorListeners, nodeName, type PartsOptions, prepareDataFolder, type RunningService, startParts } from '#libs/service';
import { startAlerter } from '../../alerter/src/alerter.module.js';
import { Demo, type DemoOptions } from '../../demo/src/demo.js';
import { startApi } from '../../api/src/api-server.js';
import { kibanaLinks } from '../../api/src/kibana-links.js';
import { startIngest } from '../../ingest/src/ingest.module.js';

export interface HubOptions extends PartsOptions {
  /** A small shop logs into it. */
  readonly demo?: boolean;
}

/** Ingest, alerter and API in one process over one store. */
export function startHub(options: HubOptions): Promise<RunningService> {
  return startParts(options, async (parts) => {
    const { settings, readiness, metrics, logger, now } = parts;
    prepareDataFolder(settings.data.dir);
    const store = await parts.openStore();
    const alerting = await parts.openAlerting();
    const access = await parts.openAccess(alerting);
    access.check([...doorListeners(settings, access), apiListener(settings, access)]);
    const ingest = await parts.open('ingest', startIngest({ settings, store, metrics, logger, readiness, now, alerting, access }));

    const endpoints = await parts.openEndpoints(alerting);
    const { deadLetters, drained, filters, status, tail } = ingest;
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
        node: nodeName(settings, hostname()),
        ingest: status,
        tail,
        ...kibanaLinks(settings),
      }),
    );
    const doors = await parts.open('doors', ingest.openDoors());
    const addresses = { ...doors.addresses, api: api.address };
    endpoints.keepOff(addresses);

    await parts.open('alerter', startAlerter({ settings, alerting, endpoints, metrics, log: logger, now }));
    if (options.demo === true) await parts.open('demo', startDemo({ settings, address: doors.addresses['forward'], log: logger, now }));
    return addresses;
  });
}

function startDemo({ settings, address, ...options }: Omit<DemoOptions, 'address' | 'dataDir'> & DemoPlace): Demo {
  if (address === undefined) throw new Error('--demo sends to the forward door, and LOGWEIR_FORWARD_PORT=off shuts it');
  return Demo.start({ ...options, address, dataDir: settings.data.dir });
}

interface DemoPlace {
  readonly settings: PartsOptions['settings'];
  readonly address: string | undefined;
}
