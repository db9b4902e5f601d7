/** What a receiver's block may say, by kind. */
import { z } from 'zod';
import { problemOfSecret } from '../webhook/signature.js';

/** What reading shows in place of a secret; never taken as one. */
export const MASK = '<secret>';
/** Anything longer is a file that was named by mistake. */
const MAX_TEXT = 4_096;
const MAX_HEADERS = 32;
const MAX_RECIPIENTS = 50;
const MAX_REPLICAS = 10;
/** Those that say how the body is read, or that are ours. */
const RESERVED_HEADER = /^(host|content-length|content-type|transfer-encoding|connection|webhook-.*|x-hub-signature.*)$/i;

const text = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_TEXT, `at most ${MAX_TEXT} characters`)
  .refine((value) => !value.includes(MASK), 'is the mask that reading shows: write the secret itself');
const line = text.regex(/^[^\u0000-\u001f\u007f]*$/, 'one line without control characters');
const url = line.refine(isHttpUrl, 'is no http or https URL (without user and password: they have fields of their own)');
const basicAuth = z.strictObject({ username: line, password: line }).optional();
const bearerToken = line.optional();
const secret = text.superRefine((value, context) => {
  const problem = problemOfSecret(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const headers = z
  .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'is no header name'), line)
  .refine((value) => Object.keys(value).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
  .refine((value) => !Object.keys(value).some((name) => RESERVED_HEADER.test(name)), 'may not name headers that Logweir sets itself');

const webhook = z.strictObject({
  url,
  secrets: z.array(secret).min(1).max(5).default([]),
  githubSecret: line.optional(),
  basicAuth,
  bearerToken,
  headers: headers.default({}),
  maxAlerts: z.number().int().min(0).max(100_000).default(0),
});

const email = z
  .strictObject({
    to: z.array(line).min(1).max(MAX_RECIPIENTS),
    from: line,
    host: line,
    port: z.number().int().min(1).max(65_535).optional(),
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    username: line.optional(),
    password: line.optional(),
  })
  .refine(({ tls, password }) => tls !== 'none' || password === undefined, {
    path: ['tls'],
    message: 'none would send the password in clear',
  })
  .transform((block) => ({ ...block, port: block.port ?? (block.tls === 'implicit' ? 465 : 587) }));

const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

export const KINDS = {
  webhook,
  slack: z.strictObject({ url }),
  discord: z.strictObject({ url, username: line.optional(), avatarUrl: url.optional() }),
  teams: z.strictObject({ url }),
  pagerduty: z.strictObject({ routingKey: line, url: url.default(PAGERDUTY_URL) }),
  email,
  alertmanager: z.strictObject({ urls: z.array(url).min(1).max(MAX_REPLICAS), basicAuth, bearerToken }),
} as const;

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
