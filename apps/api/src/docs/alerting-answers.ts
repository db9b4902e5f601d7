import { z } from 'zod';
import { kibana } from './answers.js';

/** The answers of alerting as OpenAPI shows them; `answers.ts` has the others. */
const texts = z.record(z.string(), z.string());
const time = z.string().describe('RFC 3339, UTC');
const fields = z.record(z.string(), z.unknown());
const list = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });

const rule = z.object({
  name: z.string(),
  origin: z.union([
    z.object({ kind: z.literal('file'), file: z.string(), line: z.int() }),
    z.object({ kind: z.literal('rest') }).describe('made over REST, and only this can be changed here'),
  ]),
  version: z.int().describe('give it with a change, so that nobody else’s is overwritten'),
  source: fields.describe('as it was written'),
  revision: z.string().describe('changes when it means something else'),
  enabled: z.boolean(),
  state: z.object({ matches: z.int(), late: z.int(), lastMatchAt: time.optional(), firing: z.int() }),
});

const transition = z.looseObject({
  kind: z.enum(['occurrence', 'firing', 'resolved', 'no_data']),
  at: time,
  startsAt: time,
  endsAt: time.optional(),
  group: texts.describe('values of group_by'),
  value: z.number(),
  threshold: z.number().optional(),
  window: z.object({ from: time, to: time }).optional(),
  folded: z.int(),
  samples: z.array(fields),
});

const preview = z.object({
  from: time,
  to: time,
  records: z.int().describe('records that the rule was asked about'),
  late: z.int().describe('of them, matches that came later than allowed_lateness: they are not evaluated'),
  transitions: z.array(transition),
  took_ms: z.number(),
  partial: z.boolean().describe('not everything was looked at; warnings say why'),
  warnings: z.array(z.string()),
});

const explanation = z.looseObject({
  rule: z.string(),
  state: z.enum(['disabled', 'waiting', 'ok', 'pending', 'firing']),
  lastMatchAt: time.optional(),
  matches: z.int(),
  late: z.int(),
  why: z.string(),
  totalGroups: z.int(),
  groups: z.array(
    z.looseObject({ group: texts, state: z.string(), since: time.optional(), matches: z.int(), value: z.number(), why: z.string() }),
  ),
  at: time.describe('the moment it speaks of'),
  kibana,
});

const acknowledged = z.object({ by: z.string(), comment: z.string(), at: time }).optional();
const apiAlert = z.object({
  labels: texts,
  annotations: texts,
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  generatorURL: z.string().optional(),
  fingerprint: z.string(),
  receivers: z.array(z.object({ name: z.string() })),
  status: z.object({
    state: z.enum(['unprocessed', 'active', 'suppressed']),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
    mutedBy: z.array(z.string()),
  }),
});

const alert = apiAlert.extend({
  occurrence: z.boolean().describe('told once, never resolved'),
  external: z.boolean().describe('it came over the API'),
  values: z.record(z.string(), z.number()),
  samples: z.array(fields),
  folded: z.int(),
  acknowledged,
});

const pastAlert = z.object({
  fingerprint: z.string(),
  labels: texts,
  annotations: texts,
  startsAt: time,
  endsAt: time,
  occurrence: z.boolean(),
  folded: z.int(),
  values: z.record(z.string(), z.number()),
  acknowledged,
});

const silence = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(['pending', 'active', 'expired']) }),
  matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })),
  startsAt: time,
  endsAt: time,
  updatedAt: time,
  createdBy: z.string(),
  comment: z.string(),
});

const receiver = z.object({
  name: z.string(),
  origin: z.enum(['file', 'rest']),
  settings: fields.describe('<secret> where a secret stands'),
  problems: z.array(z.string()),
  version: z.int(),
  switchedOff: z.boolean().describe('it said that it is gone (410)'),
});

const notifications = z.object({
  pending: z.array(
    z.object({
      id: z.string().describe('webhook-id'),
      receiver: z.string(),
      groupKey: z.string(),
      status: z.enum(['firing', 'resolved']),
      reason: z.string(),
      alerts: z.int(),
      createdAt: time,
    }),
  ),
  pendingTotal: z.int(),
  history: z.array(
    z.object({
      id: z.string(),
      receiver: z.string(),
      groupKey: z.string(),
      status: z.enum(['firing', 'resolved']),
      alerts: z.int(),
      result: z.string(),
      reason: z.string(),
      createdAt: time,
      endedAt: time,
      attempts: z.int(),
      latency_ms: z.number(),
    }),
  ),
});

export const alertingAnswers = {
  rule,
  rules: list(rule),
  preview,
  explanation,
  alerts: list(alert).extend({ total: z.int().describe('with those that limit left out') }),
  pastAlerts: list(pastAlert),
  accepted: z.object({ accepted: z.literal(true) }),
  silence,
  silences: list(silence),
  receiver,
  receivers: list(receiver),
  test: z.object({ status: z.int().describe('what the other side answered'), latency_ms: z.number() }),
  notifications,
  apiAlerts: z.array(apiAlert),
  apiGroups: z.array(z.object({ labels: texts, receiver: z.object({ name: z.string() }), alerts: z.array(apiAlert) })),
  apiStatus: z.looseObject({ versionInfo: texts, uptime: time, config: z.object({ original: z.string() }) }),
  apiReceivers: z.array(z.object({ name: z.string() })),
  apiSilences: z.array(silence),
  silenceId: z.object({ silenceID: z.string() }),
};
