/**
 * Standard Webhooks 1.0.0: `webhook-id` is the same for every try, `webhook-timestamp` (seconds) that of this try,
 * `webhook-signature` is `v1,<base64 of HMAC-SHA256 over id.timestamp.body>`, one for each secret while secrets rotate,
 * with spaces between. Beside it, where wanted, GitHub's `X-Hub-Signature-256`: `sha256=<hex>` over the body alone.
 */
import { createHmac } from 'node:crypto';

/** What the specification allows. */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;
const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** What is wrong with a secret, in words that do not show it. */
export function problemOfSecret(secret: string): string | undefined {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!BASE64.test(text)) return 'is not whsec_ followed by base64';
  const { length } = Buffer.from(text, 'base64');
  if (length >= MIN_SECRET_BYTES && length <= MAX_SECRET_BYTES) return undefined;
  return `has ${length} bytes: ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} are allowed (openssl rand -base64 32)`;
}

export interface SignedParts {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly body: string;
}

/** Headers that let the receiver know who sent it and drop what it has seen; without a secret they are not signed. */
export function signatureHeaders(parts: SignedParts, secrets: readonly string[]): Record<string, string> {
  const headers = { 'webhook-id': parts.id, 'webhook-timestamp': String(parts.timestampSeconds) };
  if (secrets.length === 0) return headers;
  return { ...headers, 'webhook-signature': secrets.map((secret) => sign(parts, secret)).join(' ') };
}

function sign({ id, timestampSeconds, body }: SignedParts, secret: string): string {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
}

export function githubSignature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
