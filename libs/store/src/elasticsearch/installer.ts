/**
 * Puts the templates in place, once, and again when they were found missing. Order: product check, component templates, index
 * template, self-check by `_simulate_index`, lazy rollover of an existing stream. A piece is written only where ours is newer;
 * several nodes may do this at once, as each call is idempotent.
 */
import type { Client, estypes } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { isStatus, toStoreError } from './client.js';
import { streamName, type ElasticsearchStoreOptions } from './options.js';
import { checkProduct } from './product.js';
import type { BulkNodes } from './bulk-nodes.js';
import {
  indexTemplate,
  indexTemplateName,
  MAPPINGS_COMPONENT,
  mappingsComponent,
  SETTINGS_COMPONENT,
  settingsComponent,
  TEMPLATE_VERSION,
} from './template.js';

/** Between two tries in the background while the server is away. */
const RETRY_MS = 2_000;

interface Installed {
  readonly version: number;
  readonly retention: unknown;
}

export class Installer {
  #installed = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #trouble = '';

  constructor(
    private readonly client: Client,
    private readonly nodes: BulkNodes,
    private readonly options: ElasticsearchStoreOptions,
  ) {}

  /** Why the templates are not in place; empty when they are. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Resolves when the templates are in place; callers share one try. Throws `StoreError`. */
  ensure(): Promise<void> {
    if (this.#installed) return Promise.resolve();
    this.#running ??= this.#install().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** They were found missing: the next `ensure` writes them again. */
  missing(): void {
    this.#installed = false;
  }

  /**
   * One try now, and more of them in the background until one succeeds: also for a server of the wrong kind, as records wait in
   * the journal for the right one, and readiness says what is wrong.
   */
  async start(): Promise<void> {
    try {
      await this.ensure();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.options.log?.(error.retryable ? 'warn' : 'error', `${error.message}; trying again until that is mended`);
      this.#tryLater();
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #tryLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.ensure().catch(() => this.#tryLater()), RETRY_MS);
    this.#timer.unref();
  }

  async #install(): Promise<void> {
    try {
      await checkProduct(this.nodes);
      const changed = await this.#write();
      await this.#checkTemplate();
      if (changed) await this.#renewStream();
      this.#installed = true;
      this.#trouble = '';
    } catch (error) {
      const problem = toStoreError(error, 'writing the index template');
      this.#trouble = problem.message;
      throw problem;
    }
  }

  /** True when something was other than ours. */
  async #write(): Promise<boolean> {
    const { cluster, indices } = this.client;
    const name = indexTemplateName(this.options.namespace);
    let changed = false;
    const components = [
      [MAPPINGS_COMPONENT, mappingsComponent()],
      [SETTINGS_COMPONENT, settingsComponent()],
    ] as const;
    for (const [component, body] of components) {
      if (((await this.#componentVersion(component)) ?? 0) >= TEMPLATE_VERSION) continue;
      await cluster.putComponentTemplate({ name: component, ...body } as estypes.ClusterPutComponentTemplateRequest);
      changed = true;
    }
    const body = indexTemplate(this.options.namespace, this.options.retentionDays);
    const there = await this.#installedTemplate(name);
    if (there === undefined || there.version < TEMPLATE_VERSION || there.retention !== body.template.lifecycle.data_retention) {
      await indices.putIndexTemplate({ name, ...body } as estypes.IndicesPutIndexTemplateRequest);
      changed = true;
    }
    if (changed) this.#report(name);
    return changed;
  }

  #report(name: string): void {
    this.options.count?.('template_installed');
    this.options.log?.('info', `wrote index template ${name}, version ${TEMPLATE_VERSION}`);
  }

  async #componentVersion(name: string): Promise<number | undefined> {
    try {
      const answer = await this.client.cluster.getComponentTemplate({ name });
      return versionOf(answer.component_templates?.[0]?.component_template._meta);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async #installedTemplate(name: string): Promise<Installed | undefined> {
    try {
      const template = (await this.client.indices.getIndexTemplate({ name })).index_templates?.[0]?.index_template;
      return template && { version: versionOf(template._meta) ?? 0, retention: template.template?.lifecycle?.data_retention };
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** What a new backing index would get, with everything that other templates have to say. */
  async #checkTemplate(): Promise<void> {
    const stream = streamName(this.options.namespace);
    const { template } = (await this.client.indices.simulateIndexTemplate({
      name: stream,
    })) as Partial<estypes.IndicesSimulateIndexTemplateResponse>;
    if (template === undefined) {
      this.options.log?.('warn', 'the server does not say what a new index would look like: the template is not checked');
      return;
    }
    const properties = template.mappings?.properties ?? {};
    const wrong = Object.entries({ '@timestamp': 'date_nanos', attributes: 'passthrough', labels: 'flattened' }).filter(
      ([field, type]) => properties[field]?.type !== type,
    );
    if (wrong.length === 0) return;
    const fields = wrong.map(([field, type]) => `${field} (${type})`).join(', ');
    const message =
      `another index template or ${'logweir@custom'} overrides ours for ${stream}: ${fields} would be mapped otherwise; ` +
      `look at POST _index_template/_simulate_index/${stream} and give it a narrower pattern or a priority below 250`;
    throw new StoreError('store_internal', message, false);
  }

  /** An existing stream takes over mappings and settings with its next backing index, retention at once. */
  async #renewStream(): Promise<void> {
    const stream = streamName(this.options.namespace);
    try {
      await this.client.indices.rollover({ alias: stream, lazy: true });
    } catch (error) {
      if (isStatus(error, 404)) return;
      throw error;
    }
    try {
      await this.client.indices.putDataLifecycle({ name: stream, data_retention: `${this.options.retentionDays}d` });
    } catch (error) {
      this.options.log?.('warn', toStoreError(error, `setting the retention of ${stream}`).message);
    }
  }
}

function versionOf(meta: Record<string, unknown> | undefined): number | undefined {
  const version = meta?.['version'];
  return typeof version === 'number' ? version : undefined;
}
