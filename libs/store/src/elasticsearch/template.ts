/**
 * What the store writes into the cluster. `logweir@mappings` and `logweir@settings` belong to all namespaces; index templates
 * of each namespace hold what differs: pattern, retention, settings, and the `data_stream.*` fields, which are constants of
 * a stream. `logweir@custom` is the user's: composed last, never written by us.
 */
import { createHash } from 'node:crypto';
import { DYNAMIC_TEMPLATES, mappingProperties } from './fields.js';
import { DATASET_PREFIX, streamName, type Layout } from './layout.js';
import type { ElasticsearchStoreOptions, IndexShape } from './options.js';

/** Raised with every change of its kind below. What has a higher version, written by a newer Logweir, is left alone. */
export const COMPONENT_VERSION = 1;
export const TEMPLATE_VERSION = 2;
/** Above the built-in `logs` template (100), and where Elastic asks users to place theirs (over 200). */
const PRIORITY = 250;
/** Each attribute counts twice (its twin); keys behind the limit stay in the record, unindexed. */
const TOTAL_FIELDS = 2_000;

const MANAGED_BY = 'logweir';
const ofComponent = { version: COMPONENT_VERSION, managed_by: MANAGED_BY };

export const MAPPINGS_COMPONENT = 'logweir@mappings';
export const SETTINGS_COMPONENT = 'logweir@settings';
const CUSTOM_COMPONENT = 'logweir@custom';

export function mappingsComponent() {
  return {
    template: { mappings: { date_detection: false, dynamic_templates: DYNAMIC_TEMPLATES, properties: mappingProperties() } },
    _meta: ofComponent,
  };
}

export function settingsComponent() {
  return {
    template: {
      settings: {
        // Not left open: Elasticsearch 9 makes any `logs-*-*` stream logsdb. Each index template names its mode again.
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
    _meta: ofComponent,
  };
}

export type TemplateWords = Pick<ElasticsearchStoreOptions, 'namespace' | 'retentionDays' | 'shape'>;

export interface IndexTemplate {
  readonly name: string;
  /** Of everything in it, so that a changed setting is noticed. */
  readonly hash: string;
  readonly body: object;
}

/** The index templates of a namespace, in the order in which they must be written. */
export function indexTemplates(words: TemplateWords, layout: Layout): readonly IndexTemplate[] {
  const { namespace } = words;
  if (!layout.rolls) {
    const body = { index_patterns: [layout.all], allow_auto_create: true, template: dayTemplate(words) };
    return [composed(`logweir-days-${namespace}`, body)];
  }
  const home = streamTemplate(words, streamName(namespace), 'logweir');
  // Also where no dataset is expected: a journal of before may hold some.
  const ofDatasets = streamTemplate(words, streamName(namespace, `${DATASET_PREFIX}*`), undefined);
  return [composed(`logweir-${namespace}`, home), composed(`logweir-datasets-${namespace}`, ofDatasets)];
}

function composed(name: string, body: { readonly template: object }): IndexTemplate {
  const whole = {
    ...body,
    priority: PRIORITY,
    composed_of: [MAPPINGS_COMPONENT, SETTINGS_COMPONENT, CUSTOM_COMPONENT],
    ignore_missing_component_templates: [CUSTOM_COMPONENT],
  };
  const hash = createHash('sha256').update(JSON.stringify(whole)).digest('hex').slice(0, 16);
  return { name, hash, body: { ...whole, _meta: { version: TEMPLATE_VERSION, managed_by: MANAGED_BY, hash } } };
}

/** Without a `dataset` the first record of each stream gives it. */
function streamTemplate({ namespace, retentionDays, shape = {} }: TemplateWords, pattern: string, dataset: string | undefined) {
  const constant = (value: string | undefined) => ({ type: 'constant_keyword', ...(value !== undefined && { value }) });
  const properties = { type: constant('logs'), dataset: constant(dataset), namespace: constant(namespace) };
  return {
    index_patterns: [pattern],
    data_stream: {},
    template: {
      settings: settingsOf(shape),
      mappings: { properties: { data_stream: { properties } } },
      // A policy and a lifecycle in one index are a riddle to people, whichever wins.
      ...(shape.ilmPolicy === undefined && { lifecycle: { data_retention: `${retentionDays}d` } }),
      // Dead letters do its work, and every repeat would store another copy there.
      data_stream_options: { failure_store: { enabled: false } },
    },
  };
}

function dayTemplate({ shape = {} }: TemplateWords) {
  return {
    settings: settingsOf(shape),
    // Tells our indices from those that others made under such a name.
    mappings: { _meta: { managed_by: MANAGED_BY } },
  };
}

function settingsOf({ mode = 'standard', codec, shards, replicas, ilmPolicy }: IndexShape) {
  return {
    'index.mode': mode,
    ...(codec !== undefined && { 'index.codec': codec }),
    ...(shards !== undefined && { 'index.number_of_shards': shards }),
    ...(replicas !== undefined && { 'index.auto_expand_replicas': false, 'index.number_of_replicas': replicas }),
    ...(ilmPolicy !== undefined && { 'index.lifecycle.name': ilmPolicy }),
  };
}
