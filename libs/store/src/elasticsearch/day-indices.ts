import type { Client } from '@elastic/elasticsearch';
import { StoreError } from '../errors.js';
import { toStoreError } from './client.js';
import type { DayLayout } from './day-layout.js';
import type { Installer } from './installer.js';

/**
 * Plain indices come into being with their first record, so before that the template must be there; nothing else says that it
 * is gone. And somebody else may have made one of that name: Logstash, on the day that people move over.
 */
export class DayIndices {
  #known = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly layout: DayLayout,
    private readonly installer: Pick<Installer, 'ensure' | 'ensureStill'>,
  ) {}

  /** Resolves when records may be sent to these. Throws `StoreError`. */
  async ready(names: Iterable<string>): Promise<void> {
    await this.installer.ensure();
    for (const name of names) {
      if (this.#known.has(name)) continue;
      await this.installer.ensureStill();
      const [found] = await this.#read(name);
      if (found !== undefined && !found.ours) {
        const what = `the index ${name} was not made by Logweir, and its fields have other types`;
        throw new StoreError('store_unavailable', `${what}: delete or rename it, or change LOGWEIR_ELASTICSEARCH_INDEX`, true);
      }
      this.#known.add(name);
    }
  }

  /** Looks again before the next record. */
  forget(): void {
    this.#known = new Set();
  }

  /** Deletes our indices of days before this one; those of others stay, whatever their name. */
  async dropBefore(day: string): Promise<void> {
    this.layout.dropBefore(day);
    for (const { name, ours } of await this.#read(this.layout.all)) {
      const ofDay = this.layout.dayOf(name);
      if (!ours || ofDay === undefined || ofDay >= day) continue;
      try {
        await this.client.indices.delete({ index: name, ignore_unavailable: true });
      } catch (error) {
        throw toStoreError(error, `dropping ${name}`);
      }
    }
    this.forget();
  }

  async #read(index: string): Promise<{ readonly name: string; readonly ours: boolean }[]> {
    try {
      const found = await this.client.indices.get({
        index,
        ignore_unavailable: true,
        features: ['mappings', 'settings'],
        filter_path: ['*.mappings._meta', '*.settings.index.uuid'],
      });
      return Object.entries(found).map(([name, { mappings }]) => ({ name, ours: mappings?._meta?.['managed_by'] === 'logweir' }));
    } catch (error) {
      throw toStoreError(error, `looking for ${index}`);
    }
  }
}
