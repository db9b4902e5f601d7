/** What a person who looks after the server should know before records come: reads only. */
import type { Client } from '@elastic/elasticsearch';
import { BulkNodes } from './bulk-nodes.js';
import { chooseLayout } from './choose-layout.js';
import { createClient, isStatus, toStoreError } from './client.js';
import { checkHealth } from './health.js';
import type { Layout } from './layout.js';
import type { ElasticsearchStoreOptions } from './options.js';
import { checkProduct } from './product.js';
import { indexTemplates, TEMPLATE_VERSION } from './template.js';

export interface Remark {
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly says: string;
  /** What to do; empty when there is nothing to do. */
  readonly advice: string;
}

type ExamineOptions = Pick<
  ElasticsearchStoreOptions,
  | 'nodes'
  | 'namespace'
  | 'retentionDays'
  | 'index'
  | 'datasets'
  | 'shape'
  | 'requestTimeoutMs'
  | 'apiKey'
  | 'username'
  | 'password'
  | 'ca'
  | 'now'
>;

/** Below it Elasticsearch allocates no new shard (its low watermark). */
const LOW_DISK = 0.15;
/** Clocks further apart than this move records away from where people look for them. */
const MAX_SKEW_MS = 5_000;

export async function examineElasticsearch(options: ExamineOptions): Promise<readonly Remark[]> {
  const reached = await Promise.all(options.nodes.map((node) => examineNode({ ...options, nodes: [node] })));
  const remarks = reached.flat();
  if (remarks.every(({ verdict }) => verdict === 'fail')) return remarks;
  const client = createClient({ ...options, requestTimeoutMs: Math.min(options.requestTimeoutMs, 5_000) });
  const layout = chooseLayout(options);
  try {
    const templates = indexTemplates(options, layout).map(({ name }) =>
      guarded('asking for the index template', () => examineTemplate(client, name)),
    );
    return [
      ...remarks,
      await guarded('asking for the health of the indices', () => examineIndices(client, layout, options.now())),
      ...(await Promise.all(templates)),
      ...(await examineDisks(client, options.now)),
    ];
  } finally {
    await client.close();
  }
}

/** Each node by itself: one that is away is not seen as long as another answers. */
async function examineNode(options: ExamineOptions): Promise<Remark[]> {
  const name = new URL(options.nodes[0] ?? '').host;
  const nodes = new BulkNodes({ ...options, random: () => 0 });
  try {
    await checkProduct(nodes);
    return [{ verdict: 'ok', says: `${name} answers`, advice: '' }];
  } catch (error) {
    const advice = 'see LOGWEIR_ELASTICSEARCH_NODES, and the user or API key; records wait in the journal until it answers';
    return [{ verdict: 'fail', says: `${name}: ${(error as Error).message}`, advice }];
  } finally {
    await nodes.close();
  }
}

async function guarded(what: string, look: () => Promise<Remark>): Promise<Remark> {
  try {
    return await look();
  } catch (error) {
    return { verdict: 'fail', says: toStoreError(error, what).message, advice: 'give the API key the rights of docs/elasticsearch.md' };
  }
}

async function examineIndices(client: Client, layout: Layout, nowMs: number): Promise<Remark> {
  const { ok, reason } = await checkHealth(client, layout, nowMs);
  return ok
    ? { verdict: 'ok', says: `${layout.all} can be written and read`, advice: '' }
    : { verdict: 'fail', says: reason, advice: 'records wait in the journal until it is well' };
}

async function examineTemplate(client: Client, name: string): Promise<Remark> {
  try {
    const found = (await client.indices.getIndexTemplate({ name })).index_templates[0]?.index_template._meta?.['version'];
    if (found === TEMPLATE_VERSION) return { verdict: 'ok', says: `index template ${name} is version ${TEMPLATE_VERSION}`, advice: '' };
    const says = `index template ${name} is version ${String(found)}, this Logweir has ${TEMPLATE_VERSION}`;
    const advice = 'an older one is written anew at the next start; a newer one is left alone: upgrade Logweir on every node';
    return { verdict: 'warn', says, advice };
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    return { verdict: 'ok', says: `index template ${name} is not there yet: the first start writes it`, advice: '' };
  }
}

async function examineDisks(client: Client, now: () => number): Promise<Remark[]> {
  try {
    const before = now();
    const { nodes } = await client.nodes.stats({ metric: 'fs' });
    const asked = (before + now()) / 2;
    return Object.values(nodes).flatMap(({ name = '?', timestamp = asked, fs }) => {
      const { available_in_bytes: free = 1, total_in_bytes: total = 1 } = fs?.total ?? {};
      return [...diskRemark(name, free / total), ...clockRemark(name, timestamp - asked)];
    });
  } catch (error) {
    const says = toStoreError(error, 'asking for disks and clocks of the nodes').message;
    return [{ verdict: 'warn', says, advice: 'the right "monitor" lets Logweir see them' }];
  }
}

function diskRemark(name: string, free: number): Remark[] {
  if (free >= LOW_DISK) return [];
  const says = `node ${name} has ${Math.round(free * 100)} % of its disk left`;
  return [{ verdict: 'warn', says, advice: 'add disk or shorten LOGWEIR_STORE_RETENTION_DAYS: at 5 % it takes no more writes' }];
}

function clockRemark(name: string, skewMs: number): Remark[] {
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return [];
  const says = `the clock of node ${name} is ${Math.round(skewMs / 1000)} s from ours`;
  return [{ verdict: 'warn', says, advice: 'let both follow NTP: "the last 5 minutes" means another time there' }];
}
