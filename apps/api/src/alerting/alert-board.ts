import { Injectable } from '@nestjs/common';
import {
  type AlertFilter,
  type ApiAlert,
  apiAlert,
  type ApiGroup,
  apiGroup,
  compilePattern,
  type ListedAlert,
  matchesAll,
  parseMatchers,
  type PastEpisode,
} from '#libs/alerts';
import { ApiError } from '../errors.js';
import { AlertingAccess } from './alerting-access.js';
import type { AlertmanagerParameters, AlertParameters, HistoryParameters } from './alerts.parameters.js';
import { rfc3339 } from './rule-answer.js';

interface Acknowledged {
  readonly by: string;
  readonly comment: string;
  readonly at: string;
}

/** Alertmanager's alert, and what Logweir knows besides. */
export interface AlertAnswer extends ApiAlert {
  readonly occurrence: boolean;
  readonly external: boolean;
  readonly values: Readonly<Record<string, number>>;
  readonly samples: readonly unknown[];
  /** Matches folded into its notice. */
  readonly folded: number;
  readonly acknowledged?: Acknowledged;
}

export interface AlertsAnswer {
  /** By fingerprint. */
  readonly items: readonly AlertAnswer[];
  /** With those that `limit` left out. */
  readonly total: number;
}

export interface PastAlertAnswer extends Omit<PastEpisode, 'startsAtMs' | 'endsAtMs' | 'acknowledged'> {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly acknowledged?: Acknowledged;
}

const FINGERPRINT = /^[0-9a-f]{16}$/;

@Injectable()
export class AlertBoard {
  constructor(private readonly access: AlertingAccess) {}

  async list({ limit, ...parameters }: AlertParameters): Promise<AlertsAnswer> {
    const { nowMs } = this.access;
    const found = (await this.access.alerts()).alerts(nowMs, filterOf(parameters));
    return { items: found.slice(0, limit).map((listed) => alertAnswer(listed, nowMs)), total: found.length };
  }

  /** As `/api/v2/alerts` shows them. */
  async apiAlerts(parameters: AlertmanagerParameters): Promise<readonly ApiAlert[]> {
    const { nowMs } = this.access;
    const alerts = await this.access.alerts();
    return alerts.alerts(nowMs, filterOf(parameters)).map((listed) => apiAlert(listed, nowMs));
  }

  async apiGroups(parameters: AlertmanagerParameters): Promise<readonly ApiGroup[]> {
    const { nowMs } = this.access;
    const alerts = await this.access.alerts();
    return alerts.groups(nowMs, filterOf(parameters)).map((group) => apiGroup(group, nowMs));
  }

  /** Newest first. */
  async history({ limit, filter }: HistoryParameters): Promise<readonly PastAlertAnswer[]> {
    const matchers = filter.flatMap(parseMatchers);
    const alerts = await this.access.alerts();
    const past = alerts.history().filter(({ labels }) => matchesAll(matchers, labels));
    return past.slice(0, limit).map(pastAnswer);
  }

  async acknowledge(fingerprint: string, { by, comment }: { readonly by: string; readonly comment: string }): Promise<void> {
    await this.find(fingerprint);
    await this.access.ask({ acknowledge: { fingerprint, by, comment } });
  }

  async unacknowledge(fingerprint: string): Promise<void> {
    await this.find(fingerprint);
    await this.access.ask({ unacknowledge: { fingerprint } });
  }

  /** An occurrence is over when it is told: there is nothing to acknowledge. */
  private async find(fingerprint: string): Promise<void> {
    const alerts = FINGERPRINT.test(fingerprint) ? (await this.access.alerts()).alerts(this.access.nowMs) : [];
    if (alerts.some(({ alert }) => alert.fingerprint === fingerprint && !alert.occurrence)) return;
    throw new ApiError(404, 'alert_not_found', `no alert with the fingerprint "${fingerprint.slice(0, 64)}" is firing`, {
      hint: 'GET /api/v1/alerts lists those that are',
    });
  }
}

function filterOf({ filter, receiver, ...flags }: Omit<AlertParameters, 'limit'> | AlertmanagerParameters): AlertFilter {
  const matchers = filter.flatMap(parseMatchers);
  return receiver === undefined || receiver === '' ? { ...flags, matchers } : { ...flags, matchers, receiver: compilePattern(receiver) };
}

function alertAnswer(listed: ListedAlert, nowMs: number): AlertAnswer {
  const { occurrence, external = false, values, samples, folded } = listed.alert;
  const answer = { ...apiAlert(listed, nowMs), occurrence, external, values, samples, folded };
  return listed.acknowledged === undefined ? answer : { ...answer, acknowledged: acknowledgedOf(listed.acknowledged) };
}

function pastAnswer({ startsAtMs, endsAtMs, acknowledged, ...past }: PastEpisode): PastAlertAnswer {
  const answer = { ...past, startsAt: rfc3339(startsAtMs), endsAt: rfc3339(endsAtMs) };
  return acknowledged === undefined ? answer : { ...answer, acknowledged: acknowledgedOf(acknowledged) };
}

function acknowledgedOf({ by, comment, atMs }: NonNullable<PastEpisode['acknowledged']>): Acknowledged {
  return { by, comment, at: rfc3339(atMs) };
}
