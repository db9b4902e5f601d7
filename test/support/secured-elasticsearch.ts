import { randomBytes } from 'node:crypto';
import { type Asked, type HttpDouble, type Said, startHttpDouble } from './http-double.js';

/**
 * What the node of `elasticsearch/` lacks: security, as Elasticsearch 9 documents it (authenticate, change password, put role,
 * create and update API key, has privileges), and beside it the answers of an empty server to what installing templates asks.
 */
export interface SecuredElasticsearch extends HttpDouble {
  readonly password: string;
  readonly roles: Map<string, Role>;
  readonly passwords: Map<string, string>;
  /** By id. */
  readonly keys: Map<string, Key>;
  /** As many of the next requests are answered with 503. */
  unavailable: number;
  /** A valid key that somebody else made. */
  makeKey(role: Role): string;
}

interface Role {
  readonly cluster?: readonly string[];
  readonly indices?: readonly Grant[];
}
interface Grant {
  readonly names: readonly string[];
  readonly privileges: readonly string[];
}
interface Key {
  readonly secret: string;
  readonly role: Role;
  expiration?: string;
}

const PRODUCT = { 'x-elastic-product': 'Elasticsearch' };
const INFO = { version: { number: '9.5.3' }, tagline: 'You Know, for Search' };

export async function startSecuredElasticsearch(password = 'only the test knows'): Promise<SecuredElasticsearch> {
  const state = { roles: new Map<string, Role>(), passwords: new Map<string, string>(), keys: new Map<string, Key>() };
  const makeKey = (role: Role): string => {
    const [id, secret] = [randomBytes(10).toString('hex'), randomBytes(10).toString('hex')];
    state.keys.set(id, { secret, role });
    return Buffer.from(`${id}:${secret}`).toString('base64');
  };
  const double = await startHttpDouble((asked) => {
    if (server.unavailable > 0) {
      server.unavailable -= 1;
      return failed(503, 'unavailable_shards_exception', 'the security index is not there yet');
    }
    const user = whoAsks(server, asked.authorization);
    if (user === undefined) return failed(401, 'security_exception', `unable to authenticate for REST request [${asked.path}]`);
    return answerSecurity(server, asked, user) ?? answerTemplates(asked);
  });
  const server: SecuredElasticsearch = Object.assign(double, state, { password, unavailable: 0, makeKey });
  return server;
}

/** `elastic`, or the role of a key. */
function whoAsks({ password, keys }: SecuredElasticsearch, authorization: string): 'elastic' | Role | undefined {
  const [scheme, token = ''] = authorization.split(' ');
  const [name = '', secret] = Buffer.from(token, 'base64').toString('utf8').split(/:(.*)/s);
  if (scheme === 'Basic') return name === 'elastic' && secret === password ? 'elastic' : undefined;
  const key = keys.get(name);
  return scheme === 'ApiKey' && key !== undefined && key.secret === secret ? key.role : undefined;
}

function answerSecurity(server: SecuredElasticsearch, { method, path, body }: Asked, user: 'elastic' | Role): Said | undefined {
  if (!path.startsWith('/_security/')) return undefined;
  if (path === '/_security/_authenticate') return done({ username: 'elastic', roles: ['superuser'] });
  const given = JSON.parse(body) as Record<string, never>;
  if (path === '/_security/user/_has_privileges') return done(hasPrivileges(user, given));
  if (user !== 'elastic') return failed(403, 'security_exception', 'action is unauthorized for API key');
  return answerAdministrator(server, path, given) ?? failed(400, 'illegal_argument_exception', `no handler found for [${method} ${path}]`);
}

function answerAdministrator(server: SecuredElasticsearch, path: string, given: Readonly<Record<string, never>>): Said | undefined {
  const [, , kind, name = ''] = path.split('/');
  switch (path.replace(name, '<name>')) {
    case '/_security/user/<name>/_password':
      server.passwords.set(name, given['password'] ?? '');
      return done({});
    case '/_security/role/<name>':
      server.roles.set(name, given);
      return done({ role: { created: true } });
    case '/_security/api_key/<name>':
      return expireKey(server, name, given['expiration'] ?? '');
    default:
      return kind === 'api_key' ? done(createKey(server, given)) : undefined;
  }
}

function createKey(
  server: SecuredElasticsearch,
  given: { readonly name?: string; readonly role_descriptors?: Record<string, Role> },
): object {
  const encoded = server.makeKey(Object.values(given.role_descriptors ?? {})[0] ?? {});
  const [id, secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id, name: given.name, api_key: secret, encoded };
}

function expireKey({ keys }: SecuredElasticsearch, id: string, expiration: string): Said {
  const key = keys.get(id);
  if (key === undefined) return failed(404, 'resource_not_found_exception', `no API key owned by requesting user found for ID [${id}]`);
  key.expiration = expiration;
  return done({ updated: true });
}

function hasPrivileges(
  user: 'elastic' | Role,
  wanted: { readonly cluster?: readonly string[]; readonly index?: readonly Grant[] },
): object {
  const covers = (have: readonly string[] = [], want: readonly string[] = []): boolean => want.every((one) => have.includes(one));
  const all =
    user === 'elastic' ||
    (covers(user.cluster, wanted.cluster) &&
      (wanted.index ?? []).every((want) =>
        (user.indices ?? []).some((have) => covers(have.names, want.names) && covers(have.privileges, want.privileges)),
      ));
  return { username: 'elastic', has_all_requested: all, cluster: {}, index: {}, application: {} };
}

function answerTemplates({ method, path }: Asked): Said {
  if (method === 'GET' && path === '/') return done(INFO);
  if (method === 'GET') return failed(404, 'resource_not_found_exception', `${path} not found`);
  if (path.includes('/_rollover')) return failed(404, 'index_not_found_exception', 'no such index');
  return path.includes('_simulate_index') ? done({}) : done({ acknowledged: true });
}

const done = (body: object): Said => ({ status: 200, body, headers: PRODUCT });

function failed(status: number, type: string, reason: string): Said {
  return { status, body: { error: { root_cause: [{ type, reason }], type, reason }, status }, headers: PRODUCT };
}
