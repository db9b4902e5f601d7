/**
 * What Logweir may do in the cluster: the least that its calls need. `manage` on the records covers creating, rolling over and
 * deleting backing indices, their lifecycle, and reading settings and mappings; on the documents also their alias.
 */

import type { estypes } from '@elastic/elasticsearch';
import { chooseLayout } from './choose-layout.js';
import type { ElasticsearchStoreOptions } from './options.js';

export const ROLE_NAME = 'logweir';

/** What Kibana's data view and people's own roles name: the data streams of every namespace, or the daily indices of this one. */
export function recordsPattern(options: Pick<ElasticsearchStoreOptions, 'namespace' | 'index'>): string {
  return options.index === undefined ? 'logs-logweir*' : chooseLayout(options).all;
}

/** Of the client, whose arrays are not readonly. */
export type Role = Required<Pick<estypes.SecurityRoleDescriptor, 'cluster' | 'indices'>>;

/**
 * | call | right |
 * | --- | --- |
 * | `GET /`, cluster health, node statistics | cluster `monitor` |
 * | component and index templates, `_simulate_index` | cluster `manage_index_templates` |
 * | `_bulk` with `create` | `create_doc` (and `auto_configure`, in `manage`, for the first record and new fields) |
 * | `_mget`, `_search`, `_msearch`, `_field_caps`, points in time | `read` |
 * | taking out a copy that a rollover let in; delete by query | `delete` |
 * | `_rollover`, `_data_stream`, its lifecycle, `_settings`, deleting a backing index past retention | `manage` |
 * | the copy of the documents: create with alias, refresh, `_bulk`, search | `manage`, `write`, `read` there |
 */
export function leastRole(options: Pick<ElasticsearchStoreOptions, 'namespace' | 'index'>): Role {
  const { namespace } = options;
  // As the index templates' patterns: a dataset may stand before the namespace.
  const records = options.index === undefined ? `logs-logweir*-${namespace}` : chooseLayout(options).all;
  return {
    cluster: ['monitor', 'manage_index_templates'],
    indices: [
      { names: [records], privileges: ['create_doc', 'read', 'delete', 'manage'] },
      { names: [`logweir-documents-${namespace}`, `logweir-documents-${namespace}-*`], privileges: ['read', 'write', 'manage'] },
    ],
  };
}
