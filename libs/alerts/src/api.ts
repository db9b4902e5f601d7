/**
 * Alertmanager's `/api/v2`: alerts come in as `[{labels, annotations, startsAt, endsAt, generatorURL}]` and are shown with
 * their status. `amtool`, Prometheus, Loki and vmalert speak it.
 */
import type { Alert, Labels } from './alert.js';
import { digest, fingerprint } from './fingerprint.js';
import { cut, isLabelName, MAX_ANNOTATION, MAX_LABEL_NAME, MAX_LABELS, tidyLabels } from './labels.js';
import type { AlertGroup, ListedAlert } from './listing.js';
import { describeRouting, type Routing } from './routing.js';

/** An alert without an end is over when its sender was silent for so long (Alertmanager's `resolve_timeout`). */
export const RESOLVE_TIMEOUT_MS = 300_000;
/** Of one request; Prometheus sends at most 64. */
export const MAX_POSTED_ALERTS = 10_000;

/** 0001-01-01T00:00:00Z. */
const GO_ZERO_MS = -62_135_596_800_000;

export interface PostProblem {
  /** Of the alert in the request; -1: the request itself. */
  readonly index: number;
  readonly message: string;
}

/** The good ones are taken although others are not, as Alertmanager does; answer 400 with the problems then. */
export function parseApiAlerts(
  body: unknown,
  nowMs: number,
): { readonly alerts: readonly Alert[]; readonly problems: readonly PostProblem[] } {
  if (!Array.isArray(body)) return { alerts: [], problems: [{ index: -1, message: 'the body must be a list of alerts' }] };
  if (body.length > MAX_POSTED_ALERTS) {
    return { alerts: [], problems: [{ index: -1, message: `${body.length} alerts, at most ${MAX_POSTED_ALERTS} are taken at once` }] };
  }
  const alerts: Alert[] = [];
  const problems: PostProblem[] = [];
  body.forEach((item: unknown, index) => {
    const read = readAlert(item, nowMs);
    if (typeof read === 'string') problems.push({ index, message: read });
    else alerts.push(read);
  });
  return { alerts, problems };
}

/** The alert, or what is wrong with it. */
function readAlert(item: unknown, nowMs: number): Alert | string {
  const fields = asObject(item);
  if (fields === undefined) return 'an alert must be an object';
  const labels = readTexts(fields['labels']);
  const annotations = readTexts(fields['annotations'] ?? {});
  if (labels === undefined) return 'labels in body is required: an object of texts';
  if (annotations === undefined) return 'annotations must be an object of texts';
  const wrong = labelProblem(labels);
  if (wrong !== undefined) return wrong;
  const times = readTimes(fields, nowMs);
  if (typeof times === 'string') return times;
  const { generatorURL = '' } = fields;
  if (typeof generatorURL !== 'string') return 'generatorURL must be a text';
  return externalAlert({ labels, annotations, generatorURL, times, nowMs });
}

interface Parts {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorURL: string;
  readonly times: Times;
  readonly nowMs: number;
}

function externalAlert({ labels, annotations, generatorURL, times, nowMs }: Parts): Alert {
  const tidy = tidyLabels(labels);
  const key = fingerprint(tidy);
  const status = times.endsAtMs <= nowMs ? 'resolved' : 'firing';
  return {
    labels: tidy,
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, cut(text, MAX_ANNOTATION)])),
    ...times,
    updatedAtMs: nowMs,
    generatorUrl: cut(generatorURL, MAX_ANNOTATION),
    fingerprint: key,
    occurrence: false,
    transition: digest('api', key, String(times.startsAtMs), status),
    notify: [],
    values: {},
    samples: [],
    folded: 0,
    external: true,
    acceptedMs: nowMs,
  };
}

function labelProblem(labels: Labels): string | undefined {
  const names = Object.keys(labels);
  if (names.every((name) => labels[name] === '')) return 'at least one label pair required';
  if (names.length > MAX_LABELS) return `${names.length} labels, at most ${MAX_LABELS} are allowed`;
  const bad = names.find((name) => !isLabelName(name));
  return bad === undefined ? undefined : `invalid label set: invalid name "${bad.slice(0, MAX_LABEL_NAME)}"`;
}

interface Times {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Go's zero time says "not given", as an absent one does. */
function readTimes(fields: Readonly<Record<string, unknown>>, nowMs: number): Times | string {
  const start = readTime(fields['startsAt']);
  const end = readTime(fields['endsAt']);
  if (typeof start === 'string') return `startsAt: ${start}`;
  if (typeof end === 'string') return `endsAt: ${end}`;
  const startsAtMs = start ?? Math.min(end ?? nowMs, nowMs);
  const endsAtMs = end ?? Math.max(nowMs, startsAtMs) + RESOLVE_TIMEOUT_MS;
  return endsAtMs < startsAtMs ? 'start time must be before end time' : { startsAtMs, endsAtMs };
}

function readTime(value: unknown): number | string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'string' && value.length <= 64 ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) return 'must be a time as 2026-11-21T07:00:00Z';
  return ms <= GO_ZERO_MS ? undefined : ms;
}

function readTexts(value: unknown): Labels | undefined {
  const fields = asObject(value);
  if (fields === undefined || Object.values(fields).some((text) => typeof text !== 'string')) return undefined;
  return fields as Labels;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** An entry of `GET /api/v2/alerts`. */
export interface ApiAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly updatedAt: string;
  readonly generatorURL?: string;
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: ListedAlert['state'];
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
    readonly mutedBy: readonly string[];
  };
}

/** Of one that fires without a known end, `endsAt` is when it would be over if nothing more came. */
export function apiAlert(listed: ListedAlert, nowMs: number): ApiAlert {
  const { alert, state, silencedBy, inhibitedBy, mutedBy, receivers } = listed;
  return {
    annotations: alert.annotations,
    endsAt: rfc3339(alert.endsAtMs ?? nowMs + RESOLVE_TIMEOUT_MS),
    fingerprint: alert.fingerprint,
    receivers: receivers.map((name) => ({ name })),
    startsAt: rfc3339(alert.startsAtMs),
    status: { inhibitedBy, mutedBy, silencedBy, state },
    updatedAt: rfc3339(alert.updatedAtMs),
    ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
    labels: alert.labels,
  };
}

/** An entry of `GET /api/v2/alerts/groups`. */
export interface ApiGroup {
  readonly labels: Labels;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly ApiAlert[];
}

export function apiGroup({ labels, receiver, alerts }: AlertGroup, nowMs: number): ApiGroup {
  return { alerts: alerts.map((listed) => apiAlert(listed, nowMs)), labels, receiver: { name: receiver } };
}

export interface ApiStatus {
  readonly cluster: { readonly status: 'disabled'; readonly peers: readonly never[] };
  readonly versionInfo: Readonly<Record<'branch' | 'buildDate' | 'buildUser' | 'goVersion' | 'revision' | 'version', string>>;
  readonly config: { readonly original: string };
  /** When it was started, as Alertmanager calls it. */
  readonly uptime: string;
}

/** `GET /api/v2/status`. `config.original` has the routes (JSON is YAML), and no setting of a receiver. */
export function apiStatus(options: { readonly routing: Routing; readonly version: string; readonly startedMs: number }): ApiStatus {
  const { routing, version, startedMs } = options;
  return {
    cluster: { peers: [], status: 'disabled' },
    config: { original: `${JSON.stringify(describeRouting(routing), null, 2)}\n` },
    uptime: rfc3339(startedMs),
    versionInfo: { branch: '', buildDate: '', buildUser: '', goVersion: '', revision: '', version },
  };
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
