import { Injectable } from '@nestjs/common';
import type { Notification } from '#libs/alerts';
import { DELIVERIES, type DeliveryLine } from '#libs/notify';
import { AlertingAccess } from './alerting-access.js';
import type { NotificationParameters } from './alerts.parameters.js';
import { rfc3339 } from './rule-answer.js';

const OUTBOX = 'outbox/';

export interface PendingAnswer {
  readonly id: string;
  readonly receiver: string;
  readonly groupKey: string;
  readonly status: Notification['status'];
  readonly reason: Notification['reason'];
  /** How many it speaks of. */
  readonly alerts: number;
  readonly createdAt: string;
}

export interface DeliveryAnswer extends Omit<DeliveryLine, 'createdMs' | 'endedMs' | 'latencyMs'> {
  readonly createdAt: string;
  readonly endedAt: string;
  /** Of the last try. */
  readonly latency_ms: number;
}

export interface NotificationsAnswer {
  /** Oldest first. */
  readonly pending: readonly PendingAnswer[];
  readonly pendingTotal: number;
  /** Newest first. */
  readonly history: readonly DeliveryAnswer[];
}

@Injectable()
export class NotificationsService {
  constructor(private readonly access: AlertingAccess) {}

  async list({ receiver, limit }: NotificationParameters): Promise<NotificationsAnswer> {
    const { checkpoint } = this.access.alerting;
    const [outbox, deliveries] = await Promise.all([checkpoint.read(OUTBOX), checkpoint.read(DELIVERIES)]);
    const isWanted = (entry: { readonly receiver: string }): boolean => receiver === undefined || entry.receiver === receiver;
    const pending = [...outbox.values()].map((text) => pendingAnswer(JSON.parse(text) as Notification)).filter(isWanted);
    const lines = [...deliveries.values()].map((text) => JSON.parse(text) as DeliveryLine & { readonly number: number });
    const history = lines.filter(isWanted).sort((a, b) => b.number - a.number);
    return {
      pending: pending.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)).slice(0, limit),
      pendingTotal: pending.length,
      history: history.slice(0, limit).map(deliveryAnswer),
    };
  }
}

function pendingAnswer(notification: Notification): PendingAnswer {
  const { id, receiver, groupKey, status, reason, alerts, truncatedAlerts, createdMs } = notification;
  return { id, receiver, groupKey, status, reason, alerts: alerts.length + truncatedAlerts, createdAt: rfc3339(createdMs) };
}

function deliveryAnswer({
  number: _slot,
  createdMs,
  endedMs,
  latencyMs,
  ...line
}: DeliveryLine & { readonly number: number }): DeliveryAnswer {
  return { ...line, createdAt: rfc3339(createdMs), endedAt: rfc3339(endedMs), latency_ms: Math.round(latencyMs) };
}
