import { Injectable } from '@nestjs/common';
import { type Alert, type ApiStatus, apiStatus, parseApiAlerts } from '#libs/alerts';
import { ApiError } from '../errors.js';
import { AlertingAccess } from './alerting-access.js';

/** JSON of the alerts of one request to the owner: a job takes 1 MiB. */
const MAX_JOB_BYTES = 512 * 1_024;
/** Of the Alertmanager whose API this is: clients tell by it what they may ask for. */
const VERSION = '0.34.0';

@Injectable()
export class AlertmanagerDesk {
  private readonly startedMs: number;

  constructor(private readonly access: AlertingAccess) {
    this.startedMs = access.nowMs;
  }

  status(): ApiStatus {
    return apiStatus({ routing: this.access.alerting.routing.current, version: VERSION, startedMs: this.startedMs });
  }

  receivers(): readonly { name: string }[] {
    return this.access.alerting.routing.allReceivers.map(({ name }) => ({ name }));
  }

  /** The good ones are taken although others are not. */
  async post(body: unknown): Promise<void> {
    const { alerts, problems } = parseApiAlerts(body, this.access.nowMs);
    for (const part of parts(alerts)) await this.access.ask({ alerts: part });
    if (problems.length === 0) return;
    const text = problems.map(({ index, message }) => (index < 0 ? message : `alert ${index}: ${message}`)).join('; ');
    throw new ApiError(400, 'alerts_invalid', text);
  }
}

function parts(alerts: readonly Alert[]): readonly (readonly Alert[])[] {
  const found: Alert[][] = [];
  let bytes = Infinity;
  for (const alert of alerts) {
    const size = Buffer.byteLength(JSON.stringify(alert));
    if (bytes + size > MAX_JOB_BYTES) {
      found.push([]);
      bytes = 0;
    }
    bytes += size;
    found.at(-1)?.push(alert);
  }
  return found;
}
