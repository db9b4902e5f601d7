import { startOperations } from '#libs/http';
import { apiListener, doorListeners, type PartsOptions, prepareDataFolder, type RunningService, startParts } from '#libs/service';
import { startIngest } from './ingest.module.js';
import { Streams } from './tail/streams.js';
import { deadLetterRoutes } from './dead-letter-routes.js';

/** Ingest as a process of its own: the doors, and what is needed to look after it. With duckdb it owns the files. */
export function startAlone(options: PartsOptions): Promise<RunningService> {
  return startParts(options, async (parts) => {
    const { settings, readiness, metrics, logger, now } = parts;
    // With its store or Redis away it takes records as before, and a balancer must go on sending them.
    readiness.needs('journal');
    prepareDataFolder(settings.data.dir);
    const store = await parts.openStore();
    // Alone, nobody would take the signals: the alerter is another process, and Redis is where they meet.
    const alerting = settings.redis.url === '' ? undefined : await parts.openAlerting();
    const access = await parts.openAccess(alerting);
    access.check([...doorListeners(settings, access), apiListener(settings, access)]);
    const ingest = await parts.open(
      'ingest',
      startIngest({ settings, store, metrics, logger, readiness, now, access, ...(alerting && { alerting }) }),
    );
    if (alerting !== undefined) {
      const { coordination } = alerting;
      await parts.open('tails', new Streams({ coordination, tail: ingest.tail, log: logger, now: () => performance.now() }));
    }
    const doorkeeper = access.doorkeeper(settings.api.host);
    const routes = deadLetterRoutes(ingest.deadLetters);
    const operations = await parts.open(
      'operations',
      startOperations({ settings: settings.api, doorkeeper, audit: access.audit, readiness, metrics, log: logger, now, routes }),
    );
    const doors = await parts.open('doors', ingest.openDoors());
    return { ...doors.addresses, operations: operations.address };
  });
}
