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

const value = z.object({ value: z.string(), count: z.int(), share: z.number().describe('of all records found, 0 to 1') });

const facet = z.object({
  field: z.string(),
  values: z.array(value).describe('most frequent first; a record with several values of the field counts for each'),
  other: z.int().describe('counts of the values that are not listed, together'),
  distinct: z.int().describe('different values'),
  missing: z.int().describe('records without the field; a value over 1024 characters counts as none'),
  exact: z.boolean().describe('false when values, other or distinct are estimates: only beyond 1000 different values'),
});

const pattern = z.object({
  id: z.string().describe('the value of log.pattern'),
  template: z.string().describe('the message, with <*> where it varies'),
  count: z.int(),
  share: z.number().describe('of all records found, 0 to 1'),
  first_seen: z.string().describe('in the range that was asked for, as all that follows'),
  last_seen: z.string(),
  trend: z.array(z.int()).describe('records in each interval, from trend_start_ms on'),
  services: z.array(z.string()).describe('most records first, at most 5'),
  level: z.string().optional().describe('of most records; absent when most have none'),
  sample_ids: z.array(z.string()).describe('the newest record, and the oldest when it is another'),
});

const patterns = z.object({
  patterns: z.array(pattern),
  total: z.int(),
  other: z.int().describe('records whose pattern is not listed'),
  missing: z.int().describe('records without a pattern, of before there were any'),
  distinct: z.int().describe('different patterns'),
  interval_ms: z.int(),
  trend_start_ms: z.int(),
  ...notes,
});

const fields = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['text', 'keyword', 'number', 'boolean', 'date', 'ip']),
      records: z.int().describe('of the sample that have it'),
      distinct: z.int().optional().describe('different values in the sample; absent for text, and above 1000'),
      example: z.string().describe('its newest value, at most 200 characters'),
    }),
  ),
  sampled: z.int().describe('the newest records, which were looked at: all, or 10000'),
  total: z.int(),
  ...notes,
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

const containers = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      id: z.string(),
      image: z.string(),
      service: z.string(),
      host: z.string(),
      records: z.int(),
      last: z.string().describe('time of its newest record'),
    }),
  ),
  ...notes,
});

const savedSearch = z.object({
  id: z.string(),
  name: z.string(),
  q: z.string(),
  filter: z.array(z.string()),
  from: z.string().optional(),
  to: z.string().optional(),
  columns: z.array(z.string()),
  version: z.int(),
  created: z.string(),
  updated: z.string(),
});

const status = z.object({
  node: z.string(),
  version: z.string(),
  uptime_seconds: z.int(),
  ready: z.boolean(),
  conditions: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string() })),
  records: z
    .object({
      received: z.int(),
      stored: z.int(),
      duplicate: z.int(),
      dead_lettered: z.int(),
      dropped: z.record(z.string(), z.int()).describe('by reason'),
      joined: z.int(),
    })
    .optional()
    .describe('lines, counted over restarts; with journal and lag absent where this process does not ingest'),
  journal: z.object({ bytes: z.int(), max_bytes: z.int(), records: z.int().describe('lines that are not settled yet') }).optional(),
  lag: z
    .object({ drain_bytes: z.int().describe('not in the store yet'), detect_bytes: z.int().optional().describe('passed no rule yet') })
    .optional(),
});

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
      .array(
        z.object({
          field: z.string(),
          message: z.string(),
          position: z.int().optional().describe('offset in the text of the field, in characters'),
        }),
      )
      .optional()
      .describe('each thing that is wrong, when there can be several'),
  }),
});

const validation = z.union([
  z.object({
    valid: z.literal(true),
    kql: z.boolean().describe('false: it uses an extension that Kibana does not know'),
    fields: z.array(z.string()).describe('full names of the fields it looks at'),
  }),
  z.object({ valid: z.literal(false), ...error.shape }),
]);

export const answers = {
  record,
  page,
  histogram,
  facets: z.object({ facets: z.array(facet), total: z.int(), ...notes }),
  context: z.object({
    before: z.array(record).describe('rising in time, as after'),
    record,
    after: z.array(record),
    scope: z.enum(['stream', 'service', 'all']).describe('wider than asked when the record does not say where it is from'),
    ...notes,
  }),
  fields,
  values: facet.extend({ total: z.int(), ...notes }),
  patterns,
  deadLetter,
  deadLetters: z.object({ items: z.array(deadLetter), next: z.string().optional() }),
  replay,
  deletion,
  filterTest,
  deletions: z.object({ items: z.array(deletion) }),
  readiness,
  audit,
  containers,
  savedSearch,
  savedSearches: z.object({ items: z.array(savedSearch) }),
  status,
  validation,
  error,
  health: z.object({ status: z.literal('ok') }),
};
