import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ReceiverConfig } from '#libs/alerts';
import { DeliveryError, parseReceiver, testNotification } from '#libs/notify';
import type { Endpoint, ListedReceiver } from '#libs/service';
import { ApiError } from '../errors.js';
import { AlertingAccess } from './alerting-access.js';

/** Documents of REST-made receivers, and of endpoints that said 410: the revision that did. */
const RECEIVERS = 'receivers';
const SWITCHED_OFF = 'endpoints';
/** Each has sockets of its own; one for every team of a large company. */
const MAX_RECEIVERS = 1_000;

export interface ReceiverAnswer extends ListedReceiver {
  /** Of the stored document; 0 for one of the file. */
  readonly version: number;
  /** It said that it is gone (410): nothing is sent until it is changed, or a test reaches it. */
  readonly switchedOff: boolean;
}

export interface TestAnswer {
  /** What the other side answered. */
  readonly status: number;
  readonly latency_ms: number;
}

@Injectable()
export class ReceiversService {
  constructor(private readonly access: AlertingAccess) {}

  /** Those of the file first. */
  async list(): Promise<readonly ReceiverAnswer[]> {
    const { documents } = this.access.alerting;
    const [stored, off] = await Promise.all([documents.list(RECEIVERS), documents.list(SWITCHED_OFF)]);
    const versions = new Map(stored.map(({ id, version }) => [id, version]));
    const revisions = new Map(off.map(({ id, value }) => [id, value]));
    return this.access.endpoints.list().map((receiver) => {
      const { name, origin } = receiver;
      const revision = revisions.get(name);
      return {
        ...receiver,
        version: origin === 'file' ? 0 : (versions.get(name) ?? 0),
        switchedOff: revision !== undefined && receiver.problems.length === 0 && revision === this.endpoint(name).revision,
      };
    });
  }

  async get(name: string): Promise<ReceiverAnswer> {
    return (await this.list()).find((receiver) => receiver.name === name) ?? missing(name);
  }

  /** `body` is `{sendResolved?, <kind>: {…}}`, as in the routes file. */
  async replace(name: string, body: unknown, version?: number): Promise<ReceiverAnswer> {
    this.checkWritable(name);
    const parsed = parseReceiver(name, body);
    if ('problems' in parsed) {
      const problems = parsed.problems.map(({ path, message }) => ({ field: path, message }));
      const text = problems.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
      throw new ApiError(400, 'receiver_invalid', text, { problems });
    }
    const { sendResolved: _said, ...settings } = body as Readonly<Record<string, unknown>>;
    const config: ReceiverConfig = { name, sendResolved: parsed.endpoint.sendResolved, settings };
    const { documents, routing } = this.access.alerting;
    if (routing.receivers.get(name) === undefined && routing.receivers.all.length >= MAX_RECEIVERS) {
      throw new ApiError(409, 'receiver_limit', `there are ${MAX_RECEIVERS} receivers, no more are taken`, { hint: 'remove some' });
    }
    await routing.receivers.put(name, config, version);
    await documents.remove(SWITCHED_OFF, name);
    return this.get(name);
  }

  async remove(name: string, version?: number): Promise<void> {
    this.checkWritable(name);
    if (!(await this.access.alerting.routing.receivers.remove(name, version))) missing(name);
    await this.access.alerting.documents.remove(SWITCHED_OFF, name);
  }

  /** Sends a notice that says what it is, now; one that was switched off is on again when it comes through. */
  async test(name: string, disconnected: AbortSignal): Promise<TestAnswer> {
    const endpoint = this.endpoint(name);
    const { nowMs, endpoints, alerting } = this.access;
    const nonce = randomBytes(16).toString('hex');
    const notification = testNotification(name, { nowMs, nonce, externalUrl: endpoints.externalUrl });
    try {
      const { status, latencyMs } = await endpoint.receiver.send(notification, disconnected);
      await alerting.documents.remove(SWITCHED_OFF, name);
      return { status, latency_ms: Math.round(latencyMs) };
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      throw new ApiError(502, 'receiver_failed', error.message, { cause: error });
    }
  }

  private endpoint(name: string): Endpoint {
    const { endpoints } = this.access;
    const problem = endpoints.list().find((receiver) => receiver.name === name)?.problems[0];
    if (problem !== undefined) throw new ApiError(409, 'receiver_invalid', problem, { hint: 'correct its settings first' });
    return endpoints.get(name) ?? missing(name);
  }

  private checkWritable(name: string): void {
    const { routing } = this.access.alerting;
    if (!routing.isOfFile(name)) return;
    throw new ApiError(409, 'receiver_read_only', `the receiver "${name}" is in ${routing.path}`, {
      hint: 'change it there: the file is watched',
    });
  }
}

function missing(name: string): never {
  throw new ApiError(404, 'receiver_not_found', `there is no receiver "${name.slice(0, 128)}"`, {
    hint: 'GET /api/v1/receivers lists them',
  });
}
