/**
 * What the store writes into the cluster. `logweir@mappings` and `logweir@settings` belong to all namespaces; one index
 * template per namespace holds what differs: pattern, retention, and the constant `data_stream.*` fields, which documents
 * therefore need not carry. `logweir@custom` is the user's: composed last, never written by us.
 */
import { DYNAMIC_TEMPLATES, mappingProperties } from './fields.js';

/** Raised with every change below. A template with a higher version, written by a newer Logweir, is left alone. */
export const TEMPLATE_VERSION = 1;
/** Above the built-in `logs` template (100), and where Elastic asks users to place theirs (over 200). */
const PRIORITY = 250;
/** Each attribute counts twice (its twin); keys behind the limit stay in the record, unindexed. */
const TOTAL_FIELDS = 2_000;

const meta = { version: TEMPLATE_VERSION, managed_by: 'logweir' };

export const MAPPINGS_COMPONENT = 'logweir@mappings';
export const SETTINGS_COMPONENT = 'logweir@settings';
const CUSTOM_COMPONENT = 'logweir@custom';

export const indexTemplateName = (namespace: string): string => `logweir-${namespace}`;

export function mappingsComponent() {
  return {
    template: { mappings: { date_detection: false, dynamic_templates: DYNAMIC_TEMPLATES, properties: mappingProperties() } },
    _meta: meta,
  };
}

export function settingsComponent() {
  return {
    template: {
      settings: {
        // Not left open: Elasticsearch 9 makes any `logs-*-*` stream logsdb, a third dearer to write for the same disk.
        'index.mode': 'standard',
        'index.codec': 'best_compression',
        // The source as it was sent, on any licence.
        'index.mapping.source.mode': 'stored',
        'index.mapping.ignore_malformed': true,
        'index.mapping.total_fields.limit': TOTAL_FIELDS,
        'index.mapping.total_fields.ignore_dynamic_beyond_limit': true,
        'index.auto_expand_replicas': '0-1',
        // A stored record is found within one second also by the first search after a quiet time. Left open, shards that
        // nobody searched for 30 s stop refreshing; the price is one small segment a second while records come in.
        'index.refresh_interval': '1s',
        'index.query.default_field': ['message', 'error.message', 'error.stack_trace', 'logweir.folded'],
      },
    },
    _meta: meta,
  };
}

export function indexTemplate(namespace: string, retentionDays: number) {
  const constant = (value: string) => ({ type: 'constant_keyword', value });
  const properties = { type: constant('logs'), dataset: constant('logweir'), namespace: constant(namespace) };
  return {
    index_patterns: [`logs-logweir*-${namespace}`],
    priority: PRIORITY,
    data_stream: {},
    composed_of: [MAPPINGS_COMPONENT, SETTINGS_COMPONENT, CUSTOM_COMPONENT],
    ignore_missing_component_templates: [CUSTOM_COMPONENT],
    template: {
      mappings: { properties: { data_stream: { properties } } },
      lifecycle: { data_retention: `${retentionDays}d` },
      // Dead letters do its work, and every repeat would store another copy there.
      data_stream_options: { failure_store: { enabled: false } },
    },
    _meta: meta,
  };
}
