/** Elasticsearch's security, as far as Logweir sets it up: Kibana's password, a role, and an API key that has that role. */
import type { Client } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { BulkNodes } from './bulk-nodes.js';
import { createClient, isStatus, toStoreError } from './client.js';
import type { ElasticsearchStoreOptions } from './options.js';
import { checkProduct } from './product.js';
import { leastRole, ROLE_NAME } from './role.js';

export type ProvisioningOptions = Pick<
  ElasticsearchStoreOptions,
  'nodes' | 'namespace' | 'index' | 'requestTimeoutMs' | 'apiKey' | 'username' | 'password' | 'ca' | 'now'
>;

/** The user that Kibana itself logs in with. */
const KIBANA_USER = 'kibana_system';
/** How long processes that still have the key before may go on until they are restarted. */
const RETIRED_KEY_LIVES = '1d';
/** As `encoded` of the answer that makes a key: base64 of `<id>:<secret>`. */
const ENCODED_KEY = /^[A-Za-z0-9+/=]{16,512}$/;

/** Throws `StoreError`, retryable while the server is away. No message holds a secret. */
export class ElasticsearchProvisioning {
  readonly #client: Client;
  readonly #nodes: BulkNodes;

  constructor(private readonly options: ProvisioningOptions) {
    this.#client = createClient(options);
    this.#nodes = new BulkNodes({ ...options, retentionDays: 1, random: () => 0 });
  }

  /** Whether the server asks who somebody is. */
  async security(): Promise<'on' | 'off'> {
    const { status } = await this.#ask();
    if (status === 401 || status === 403) throw this.#refused(status);
    await checkProduct(this.#nodes);
    try {
      await this.#client.security.authenticate();
      return 'on';
    } catch (error) {
      if (isStatus(error, 401)) throw this.#refused(401);
      // Without security there is no such address: 400 "no handler found", on some builds 405.
      if (isStatus(error, 405) || (isStatus(error, 400) && /no handler found/.test(String(error)))) return 'off';
      throw toStoreError(error, 'asking who we are');
    }
  }

  async setKibanaPassword(password: string): Promise<void> {
    await this.#try(`setting the password of ${KIBANA_USER}`, () =>
      this.#client.security.changePassword({ username: KIBANA_USER, password }),
    );
  }

  async putRole(): Promise<void> {
    const { cluster, indices } = leastRole(this.options);
    const role = { name: ROLE_NAME, cluster, indices, metadata: { managed_by: 'logweir' } };
    await this.#try(`writing the role ${ROLE_NAME}`, () => this.#client.security.putRole(role));
  }

  /** Whether it is known, valid, and may do all that the role of this version allows. */
  async keyWorks(encoded: string): Promise<boolean> {
    if (!ENCODED_KEY.test(encoded)) return false;
    const { nodes, requestTimeoutMs, ca } = this.options;
    const client = createClient({ nodes, requestTimeoutMs, apiKey: encoded, ...(ca !== undefined && { ca }) });
    const { cluster, indices } = leastRole(this.options);
    const wanted = { cluster, index: indices };
    try {
      return (await client.security.hasPrivileges(wanted)).has_all_requested;
    } catch (error) {
      if (isStatus(error, 401)) return false;
      throw toStoreError(error, 'trying the API key');
    } finally {
      await client.close();
    }
  }

  /** A new key, encoded as `LOGWEIR_ELASTICSEARCH_API_KEY` wants it. */
  async createKey(): Promise<string> {
    const { namespace } = this.options;
    const request = {
      name: `logweir-${namespace}`,
      role_descriptors: { [ROLE_NAME]: leastRole(this.options) },
      metadata: { managed_by: 'logweir', namespace },
    };
    return (await this.#try('making an API key', () => this.#client.security.createApiKey(request))).encoded;
  }

  /** Lets a key end in a day. One that is not known, or of somebody else, is left alone; false then. */
  async retireKey(encoded: string): Promise<boolean> {
    const [id = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 1);
    try {
      await this.#client.security.updateApiKey({ id, expiration: RETIRED_KEY_LIVES });
      return true;
    } catch (error) {
      if (isStatus(error, 404) || isStatus(error, 400)) return false;
      throw toStoreError(error, 'letting the old API key end');
    }
  }

  async close(): Promise<void> {
    await this.#nodes.close();
    await this.#client.close();
  }

  async #ask(): Promise<{ readonly status: number }> {
    try {
      return await this.#nodes.request({ method: 'GET', path: '/' });
    } catch (error) {
      throw new StoreError('store_unavailable', (error as Error).message, true, { cause: error });
    }
  }

  #refused(status: number): StoreError {
    const given = this.options.username !== undefined || this.options.apiKey !== undefined;
    const advice = given
      ? 'check LOGWEIR_ELASTICSEARCH_USERNAME and LOGWEIR_ELASTICSEARCH_PASSWORD (usually those of the user "elastic")'
      : 'it wants to know who asks: set LOGWEIR_ELASTICSEARCH_USERNAME and LOGWEIR_ELASTICSEARCH_PASSWORD (usually those of the user "elastic")';
    return new StoreError('store_unavailable', `Elasticsearch answered ${status}: ${advice}`, false);
  }

  async #try<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      throw toStoreError(error, what);
    }
  }
}
