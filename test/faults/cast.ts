/** The nodes that cases share, started when the first one asks and ended together. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startElasticsearch, type ElasticsearchNode } from '../support/elasticsearch.js';
import type { Cast } from './fault-case.js';

/** One writer and nobody waiting: a second request at once is refused. */
const NARROW = { 'thread_pool.write.size': 1, 'thread_pool.write.queue_size': 1 };

export class Company {
  private readonly shared = new Map<Cast, Promise<ElasticsearchNode>>();
  private readonly folders: string[] = [];

  readonly node = (cast: Cast): Promise<ElasticsearchNode> => {
    if (cast === 'own') return this.ownNode();
    const there = this.shared.get(cast) ?? startElasticsearch({ settings: cast === 'narrow' ? NARROW : {} });
    this.shared.set(cast, there);
    return there;
  };

  private async ownNode(): Promise<ElasticsearchNode> {
    const data = await mkdtemp(path.join(tmpdir(), 'logweir-fault-node-'));
    this.folders.push(data);
    return startElasticsearch({ data });
  }

  async dismiss(): Promise<void> {
    for (const node of this.shared.values()) await (await node).stop();
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true });
  }
}
