import { z } from 'zod';

/** The answers as OpenAPI shows them. They describe; what is sent is typed beside the code that makes it. */
const notes = {
  partial: z.boolean().describe('not everything was looked at; warnings say why'),
  warnings: z.array(z.string()),
  took_ms: z.number(),
};

export const kibana = z
  .object({ url: z.string().optional(), notes: z.array(z.string()) })
  .optional()
  .describe('the same in Discover, where LOGWEIR_KIBANA_URL is set; notes say what looks otherwise there');

const record = z
  .looseObject({
    id: z.string().describe('<nanoseconds>-<sequence>-<node>'),
    '@timestamp': z.string().describe('RFC 3339, UTC, 9 decimals'),
    message: z.string().optional(),
    kibana,
  })
  .describe('the stored record: ECS names as objects, as in Elasticsearch, and its id');

const page = z.object({
  items: z.array(record),
  next: z.string().optional().describe('cursor; absent on the last page'),
  prev: z.string().optional().describe('cursor; absent on the first page'),
  total: z.object({ value: z.int(), exact: z.boolean() }),
  ...notes,
  kibana,
});

const histogram = z.object({
  interval_ms: z.int(),
  buckets: z.array(
    z.object({
      t: z.int().describe('start, epoch milliseconds'),
      count: z.int(),
      counts: z.record(z.string(), z.int()).describe("by value; '' stands for records without the field"),
    }),
  ),
  total: z.int(),
  ...notes,
  kibana,
});

const deadLetter = z.object({
  id: z.string(),
  at: z.string(),
  type: z.string(),
  reason: z.string(),
  record: z.record(z.string(), z.unknown()),
});

const replay = z.object({
  replayed: z.int(),
  failed: z.array(z.object({ id: z.string(), reason: z.string() })),
  partial: z.boolean().describe('more were left for another call'),
});

const deletion = z.object({
  matched: z.int(),
  from: z.string(),
  to: z.string(),
  confirm: z.string().optional().describe('of a count: send the same again with it, within five minutes'),
  expires: z.string().optional(),
  id: z.string().optional(),
  state: z.enum(['running', 'done', 'cancelled', 'failed']).optional(),
  deleted: z.int().optional(),
  total: z.int().optional(),
  dead_letters: z.int().optional(),
  started: z.string().optional(),
  ended: z.string().optional(),
  reason: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

const filterTest = z.object({
  outcome: z.enum(['kept', 'dropped', 'sampled']).describe('sampled: left out of a sample'),
  by: z.string().optional().describe('the filter that left it out'),
  changes: z.array(z.object({ filter: z.string(), field: z.string() })).describe('what was redacted, and by which filter'),
  record: z.record(z.string(), z.unknown()).optional().describe('as it would be stored'),
  filters: z.array(z.string()).describe('the filters that were asked, in their order'),
});

const readiness = z.object({ ready: z.boolean(), parts: z.record(z.string(), z.object({ ok: z.boolean(), reason: z.string() })) });

const audit = z.object({
  items: z.array(
    z.object({
      at: z.string(),
      actor: z.string().describe('key <name>, address <ip> where no key was needed, or command'),
      action: z.string().describe('rule.create, silence.expire, dead-letter.replay, key.revoke, ...'),
      target: z.string(),
      outcome: z.enum(['done', 'refused']),
      detail: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

const error = z.object({
  error: z.object({
    code: z.string().describe('stable'),
    message: z.string(),
    position: z.int().optional().describe('offset in q, in characters'),
    hint: z.string().optional(),
    problems: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('each thing that is wrong, when there can be several'),
  }),
});

export const answers = {
  record,
  page,
  histogram,
  deadLetter,
  deadLetters: z.object({ items: z.array(deadLetter), next: z.string().optional() }),
  replay,
  deletion,
  filterTest,
  deletions: z.object({ items: z.array(deletion) }),
  readiness,
  audit,
  error,
  health: z.object({ status: z.literal('ok') }),
};
