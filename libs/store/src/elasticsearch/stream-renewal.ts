import type { Client } from '@elastic/elasticsearch';
import { BackingIndices } from './backing-indices.js';
import { isStatus, toStoreError } from './client.js';
import type { Layout } from './layout.js';
import type { ElasticsearchStoreOptions } from './options.js';

/**
 * After a changed template: existing streams take over mappings and settings with their next backing index, which the next
 * record begins, and retention at once. Plain indices take them over with the next day.
 */
export class StreamRenewal {
  constructor(private readonly parts: { readonly client: Client; readonly layout: Layout; readonly options: ElasticsearchStoreOptions }) {}

  async renew(): Promise<void> {
    const { client, layout, options } = this.parts;
    if (!layout.rolls) return;
    for (const stream of (await new BackingIndices(client, layout.all).all()).keys()) {
      if (!(await this.#rollOver(stream)) || options.shape?.ilmPolicy !== undefined) continue;
      await this.#retain(stream);
    }
  }

  /** False when the stream went away. */
  async #rollOver(stream: string): Promise<boolean> {
    try {
      await this.parts.client.indices.rollover({ alias: stream, lazy: true });
      return true;
    } catch (error) {
      if (isStatus(error, 404)) return false;
      throw error;
    }
  }

  async #retain(stream: string): Promise<void> {
    const { client, options } = this.parts;
    try {
      await client.indices.putDataLifecycle({ name: stream, data_retention: `${options.retentionDays}d` });
    } catch (error) {
      options.log?.('warn', toStoreError(error, `setting the retention of ${stream}`).message);
    }
  }
}
