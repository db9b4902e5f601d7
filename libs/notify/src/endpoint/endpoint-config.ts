import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { KINDS, MASK } from './schema.js';
import { resolveSecrets, type Problem, type SecretSources } from './secrets.js';

export type ReceiverKind = keyof typeof KINDS;
export const RECEIVER_KINDS = Object.keys(KINDS) as readonly ReceiverKind[];

/** One receiver, checked, with its secrets in clear: never to be logged or shown; `describeReceiver` is. */
export type EndpointConfig = {
  readonly [K in ReceiverKind]: {
    readonly name: string;
    readonly sendResolved: boolean;
    readonly kind: K;
    readonly settings: z.output<(typeof KINDS)[K]>;
  };
}[ReceiverKind];

export type ParsedReceiver = { readonly endpoint: EndpointConfig } | { readonly problems: readonly Problem[] };

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/**
 * `block` is `{ sendResolved?: boolean, <kind>: {…} }` with one kind, as in the routes file and in REST. All problems at once.
 */
export function parseReceiver(name: string, block: unknown, sources: SecretSources = {}): ParsedReceiver {
  const problems: Problem[] = [];
  if (!NAME.test(name)) problems.push({ path: 'name', message: 'letters, digits, _ . - (at most 128), beginning with a letter or digit' });
  if (typeof block !== 'object' || block === null || Array.isArray(block)) {
    return { problems: [...problems, { path: '', message: `must be an object with one of ${RECEIVER_KINDS.join(', ')}` }] };
  }
  const { sendResolved = true, ...rest } = block as Readonly<Record<string, unknown>>;
  if (typeof sendResolved !== 'boolean') problems.push({ path: 'sendResolved', message: 'must be true or false' });
  const kind = kindOf(Object.keys(rest), problems);
  if (kind === undefined) return { problems };
  const resolved = resolveSecrets(rest[kind], { path: [kind], sources, problems });
  const parsed = KINDS[kind].safeParse(resolved);
  if (!parsed.success) problems.push(...problemsOf(parsed.error, kind));
  if (problems.length > 0 || !parsed.success) return { problems };
  return { endpoint: { name, sendResolved: sendResolved === true, kind, settings: parsed.data } as EndpointConfig };
}

function kindOf(keys: readonly string[], problems: Problem[]): ReceiverKind | undefined {
  const kinds = RECEIVER_KINDS.filter((kind) => keys.includes(kind));
  for (const key of keys) {
    if (!kinds.some((kind) => kind === key))
      problems.push({ path: key, message: `is unknown; allowed: sendResolved, ${RECEIVER_KINDS.join(', ')}` });
  }
  if (kinds.length === 1) return kinds[0];
  const message =
    kinds.length === 0
      ? `needs one of ${RECEIVER_KINDS.join(', ')}`
      : 'has several kinds: make each its own receiver, so that each is tried on its own';
  problems.push({ path: '', message });
  return undefined;
}

/** Messages never hold what was written: zod's own for these schemas name types and limits only. */
function problemsOf(error: z.ZodError, kind: ReceiverKind): Problem[] {
  return error.issues.map(({ path, message }) => ({ path: [kind, ...path].map(String).join('.'), message }));
}

/** For REST and logs: where a secret stands, `<secret>`; of a URL that may hold one, scheme and host are left. */
export function describeReceiver(endpoint: EndpointConfig): Readonly<Record<string, unknown>> {
  return { name: endpoint.name, sendResolved: endpoint.sendResolved, [endpoint.kind]: masked(endpoint.settings) };
}

const SECRET_KEYS = new Set(['secrets', 'githubSecret', 'password', 'bearerToken', 'routingKey', 'headers']);

function masked(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, SECRET_KEYS.has(key) ? key : name)]));
  }
  if (SECRET_KEYS.has(key)) return MASK;
  return (key === 'url' || key === 'urls' || key === 'avatarUrl') && typeof value === 'string' ? maskedUrl(value) : value;
}

function maskedUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/${MASK}`;
}

/** Every text that may not be shown, for whoever writes a reason. */
export function secretsOf(endpoint: EndpointConfig): readonly string[] {
  const found: string[] = [];
  collect(endpoint.settings, '', found);
  const basicAuth = 'basicAuth' in endpoint.settings ? endpoint.settings.basicAuth : undefined;
  if (basicAuth !== undefined) found.push(Buffer.from(`${basicAuth.username}:${basicAuth.password}`).toString('base64'));
  return found;
}

function collect(value: unknown, key: string, found: string[]): void {
  if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) collect(item, Array.isArray(value) || SECRET_KEYS.has(key) ? key : name, found);
    return;
  }
  if (typeof value !== 'string') return;
  if (SECRET_KEYS.has(key)) found.push(value);
  if (key !== 'url' && key !== 'urls') return;
  const { pathname, search } = new URL(value);
  if (pathname !== '/') found.push(`${pathname}${search}`, pathname, pathname.replace(/\/$/, ''));
  if (search !== '') found.push(...new URLSearchParams(search).values());
}

/** Changes when the endpoint becomes another one: what was switched off is on again then. */
export function revisionOf(endpoint: EndpointConfig): string {
  return createHash('sha256')
    .update(JSON.stringify([endpoint.kind, endpoint.settings]))
    .digest('hex')
    .slice(0, 16);
}
