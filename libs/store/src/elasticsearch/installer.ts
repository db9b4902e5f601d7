/**
 * Puts the templates in place, once, and again when they were found missing. Order: product check, component templates, index
 * templates, self-check by `_simulate_index`, lazy rollover of existing streams. A piece is written only where ours is newer or
 * a setting changed, and the first one only where there is none; several nodes may do this at once.
 */
import type { Client, estypes } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { isStatus, toStoreError } from './client.js';
import type { Layout } from './layout.js';
import type { ElasticsearchStoreOptions } from './options.js';
import { checkProduct } from './product.js';
import { StreamRenewal } from './stream-renewal.js';
import type { BulkNodes } from './bulk-nodes.js';
import {
  COMPONENT_VERSION,
  indexTemplates,
  MAPPINGS_COMPONENT,
  mappingsComponent,
  SETTINGS_COMPONENT,
  settingsComponent,
  TEMPLATE_VERSION,
  type IndexTemplate,
} from './template.js';

/** Between two tries in the background while the server is away. */
const RETRY_MS = 2_000;

interface InstallerParts {
  readonly client: Client;
  readonly nodes: BulkNodes;
  readonly layout: Layout;
  readonly options: ElasticsearchStoreOptions;
}

type Meta = Readonly<Record<string, unknown>>;

export class Installer {
  readonly #client: Client;
  readonly #options: ElasticsearchStoreOptions;
  readonly #templates: readonly IndexTemplate[];
  /** Templates of a newer Logweir that were spoken of. */
  readonly #newer = new Set<string>();
  #installed = false;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #trouble = '';

  constructor(private readonly parts: InstallerParts) {
    this.#client = parts.client;
    this.#options = parts.options;
    this.#templates = indexTemplates(parts.options, parts.layout);
  }

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

  /** As `ensure`, but looks whether they are still there. */
  async ensureStill(): Promise<void> {
    await this.ensure();
    for (const { name } of this.#templates) {
      if ((await this.#metaOfTemplate(name)) === undefined) this.missing();
    }
    await this.ensure();
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
      this.#options.log?.(error.retryable ? 'warn' : 'error', `${error.message}; trying again until that is mended`);
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
      await checkProduct(this.parts.nodes);
      const components = await this.#writeComponents();
      const templates = await this.#writeTemplates();
      for (const name of this.parts.layout.samples(this.#options.now())) await this.#checkTemplate(name);
      if (components || templates) await new StreamRenewal(this.parts).renew();
      this.#installed = true;
      this.#trouble = '';
    } catch (error) {
      const problem = toStoreError(error, 'writing the index template');
      this.#trouble = problem.message;
      throw problem;
    }
  }

  /** True when something was other than ours. */
  async #writeComponents(): Promise<boolean> {
    let changed = false;
    const components = [
      [MAPPINGS_COMPONENT, mappingsComponent()],
      [SETTINGS_COMPONENT, settingsComponent()],
    ] as const;
    for (const [name, body] of components) {
      const there = await this.#metaOfComponent(name);
      if (!this.#mayWrite(name, there, COMPONENT_VERSION) || versionOf(there) === COMPONENT_VERSION) continue;
      const request = { name, ...body, create: there === undefined } as estypes.ClusterPutComponentTemplateRequest;
      await this.#write(name, () => this.#client.cluster.putComponentTemplate(request), there);
      changed = true;
    }
    return changed;
  }

  async #writeTemplates(): Promise<boolean> {
    let changed = false;
    for (const { name, body, hash } of this.#templates) {
      const there = await this.#metaOfTemplate(name);
      if (!this.#mayWrite(name, there, TEMPLATE_VERSION)) continue;
      if (versionOf(there) === TEMPLATE_VERSION && there?.['hash'] === hash) continue;
      const request = { name, ...body, create: there === undefined } as estypes.IndicesPutIndexTemplateRequest;
      await this.#write(name, () => this.#client.indices.putIndexTemplate(request), there);
      this.#options.count?.('template_installed');
      this.#options.log?.('info', `wrote index template ${name}, version ${TEMPLATE_VERSION}`);
      changed = true;
    }
    return changed;
  }

  /** The first writer wins: where there was none and now is one, another node was faster. */
  async #write(name: string, put: () => Promise<unknown>, there: Meta | undefined): Promise<void> {
    try {
      await put();
    } catch (error) {
      const problem = toStoreError(error, `writing ${name}`);
      if (there !== undefined || !/already exists/.test(problem.message)) throw problem;
    }
  }

  /** Not what a newer Logweir wrote; that is said once. */
  #mayWrite(name: string, there: Meta | undefined, ours: number): boolean {
    const found = versionOf(there);
    if (found <= ours) return true;
    if (!this.#newer.has(name)) {
      this.#newer.add(name);
      const what = `${name} has version ${found}, ours is ${ours}: a newer Logweir wrote it`;
      this.#options.log?.('warn', `${what}, so it is left alone, and settings of this node that it holds do not count`);
    }
    return false;
  }

  #metaOfComponent(name: string): Promise<Meta | undefined> {
    return orMissing(async () => {
      const answer = await this.#client.cluster.getComponentTemplate({ name });
      return answer.component_templates?.[0]?.component_template._meta ?? {};
    });
  }

  #metaOfTemplate(name: string): Promise<Meta | undefined> {
    return orMissing(async () => {
      const answer = await this.#client.indices.getIndexTemplate({ name });
      return answer.index_templates?.[0]?.index_template._meta ?? {};
    });
  }

  /** What a new index would get, with everything that other templates have to say. */
  async #checkTemplate(name: string): Promise<void> {
    const { template } = (await this.#client.indices.simulateIndexTemplate({
      name,
    })) as Partial<estypes.IndicesSimulateIndexTemplateResponse>;
    if (template === undefined) {
      this.#options.log?.('warn', 'the server does not say what a new index would look like: the template is not checked');
      return;
    }
    const properties = template.mappings?.properties ?? {};
    const wrong = Object.entries({ '@timestamp': 'date_nanos', attributes: 'passthrough', labels: 'flattened' }).filter(
      ([field, type]) => properties[field]?.type !== type,
    );
    if (wrong.length === 0) return;
    const fields = wrong.map(([field, type]) => `${field} (${type})`).join(', ');
    const message =
      `another index template or ${'logweir@custom'} overrides ours for ${name}: ${fields} would be mapped otherwise; ` +
      `look at POST _index_template/_simulate_index/${name} and give it a narrower pattern or a priority below 250`;
    throw new StoreError('store_internal', message, false);
  }
}

async function orMissing(read: () => Promise<Meta>): Promise<Meta | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** 0 for what has none, or is not there. */
function versionOf(meta: Meta | undefined): number {
  const version = meta?.['version'];
  return typeof version === 'number' ? version : 0;
}
