import { z } from 'zod';
import { KNOWN_FIELDS, parseQuery, type Query } from '#libs/query';
import { formatNdjson, type SavedObject } from './saved-object.js';
import { savedObjects } from './objects.js';

/** What each type's own schema takes in Kibana 9.0; nothing else may stand there. */
const searchMeta = z.strictObject({ searchSourceJSON: z.string() });
const ATTRIBUTES = {
  'index-pattern': z.strictObject({
    title: z.string().min(1),
    name: z.string(),
    timeFieldName: z.literal('@timestamp'),
    fieldFormatMap: z.string(),
    fields: z.string(),
    fieldAttrs: z.string(),
    runtimeFieldMap: z.string(),
    sourceFilters: z.string(),
    typeMeta: z.string(),
  }),
  search: z.strictObject({
    title: z.string().min(1),
    description: z.string(),
    columns: z.array(z.string()),
    sort: z.array(z.tuple([z.string(), z.enum(['asc', 'desc'])])),
    breakdownField: z.string(),
    grid: z.strictObject({}),
    hideChart: z.boolean(),
    isTextBasedQuery: z.literal(false),
    timeRestore: z.boolean(),
    kibanaSavedObjectMeta: searchMeta,
  }),
  dashboard: z.strictObject({
    title: z.string().min(1),
    description: z.string(),
    panelsJSON: z.string(),
    optionsJSON: z.string(),
    controlGroupInput: z.strictObject({
      chainingSystem: z.literal('HIERARCHICAL'),
      controlStyle: z.literal('oneLine'),
      ignoreParentSettingsJSON: z.string(),
      panelsJSON: z.string(),
      showApplySelections: z.boolean(),
    }),
    timeRestore: z.boolean(),
    timeFrom: z.string(),
    timeTo: z.string(),
    refreshInterval: z.strictObject({ pause: z.boolean(), value: z.number() }),
    version: z.literal(1),
    kibanaSavedObjectMeta: searchMeta,
  }),
};

const grid = z.strictObject({
  x: z.int().min(0).max(47),
  y: z.int().min(0),
  w: z.int().min(1).max(48),
  h: z.int().min(1),
  i: z.string(),
});
const panel = z.strictObject({
  type: z.enum(['lens', 'search']),
  panelIndex: z.string(),
  gridData: grid,
  title: z.string().optional(),
  panelRefName: z.string().optional(),
  embeddableConfig: z.looseObject({ enhancements: z.strictObject({}) }),
});
const reference = z.strictObject({ name: z.string(), type: z.enum(['index-pattern', 'search', 'dashboard']), id: z.string() });
const object = z.strictObject({
  type: z.enum(['index-pattern', 'search', 'dashboard']),
  id: z.string().regex(/^logweir(-[a-z]+)*$/),
  attributes: z.looseObject({}),
  references: z.array(reference),
  managed: z.literal(false),
  coreMigrationVersion: z.literal('8.8.0'),
  typeMigrationVersion: z.string().regex(/^\d+\.\d+\.\d+$/),
});

interface Column {
  readonly sourceField: string;
  readonly operationType: string;
  readonly filter?: { readonly query: string };
  readonly params: { readonly orderBy?: { readonly columnId: string } };
}
interface Layer {
  readonly columns: Readonly<Record<string, Column>>;
  readonly columnOrder: readonly string[];
}
interface Lens {
  readonly references: readonly unknown[];
  readonly state: {
    readonly datasourceStates: { readonly formBased: { readonly layers: Readonly<Record<string, Layer>> } };
    readonly visualization: unknown;
  };
}

const objects = savedObjects('logs-logweir*');
const text = formatNdjson(objects);
const of = (type: SavedObject['type']): SavedObject[] => objects.filter((candidate) => candidate.type === type);
const json = (value: unknown): unknown => JSON.parse(String(value));

const [dashboard] = of('dashboard');
const panels = z.array(panel).parse(json(dashboard?.attributes['panelsJSON']));
const charts = panels.filter(({ type }) => type === 'lens').map((one) => one.embeddableConfig['attributes'] as Lens);
const columns = charts.flatMap(({ state }) =>
  Object.values(state.datasourceStates.formBased.layers).flatMap((layer) => Object.values(layer.columns)),
);
const controlGroup = z.object({ panelsJSON: z.string() }).parse(dashboard?.attributes['controlGroupInput']);
const controls = Object.values(json(controlGroup.panelsJSON) as object) as {
  readonly explicitInput: { readonly id: string; readonly fieldName: string };
}[];
const queries = [
  ...objects.flatMap(({ attributes }) => {
    const meta = attributes['kibanaSavedObjectMeta'] as { readonly searchSourceJSON: string } | undefined;
    return meta === undefined ? [] : [(json(meta.searchSourceJSON) as { readonly query: { readonly query: string } }).query.query];
  }),
  ...columns.flatMap(({ filter }) => (filter === undefined ? [] : [filter.query])),
];

function fieldsOfQuery(query: Query): string[] {
  switch (query.type) {
    case 'and':
    case 'or':
      return query.clauses.flatMap(fieldsOfQuery);
    case 'not':
      return fieldsOfQuery(query.clause);
    case 'all':
      return [];
    default:
      return [query.field ?? 'message'];
  }
}

it('is one JSON object a line, each as its type’s schema in Kibana 9.0 wants it', () => {
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => object.parse(JSON.parse(line)).type)).toEqual(['index-pattern', 'search', 'search', 'search', 'dashboard']);
  for (const { type, attributes } of objects) ATTRIBUTES[type].parse(attributes);
  expect(text.endsWith('\n')).toBe(true);
});

it('is written for Kibana 9.0: a newer schema would be refused there', () => {
  expect(new Set(objects.map(({ type, typeMigrationVersion }) => `${type} ${typeMigrationVersion}`))).toEqual(
    new Set(['index-pattern 8.0.0', 'search 10.5.0', 'dashboard 10.2.0']),
  );
});

it('has one data view with a fixed id and the pattern that is asked for', () => {
  const views = of('index-pattern');
  expect(views.map(({ id, attributes }) => [id, attributes['title']])).toEqual([['logweir', 'logs-logweir*']]);
  expect(savedObjects('docker-logs-*')[0]?.attributes['title']).toBe('docker-logs-*');
});

it('refers only to objects that stand before, by names that stand in the attributes', () => {
  const seen = new Set<string>();
  for (const { type, id, attributes, references } of objects) {
    for (const { name, type: to, id: target } of references) {
      expect(seen).toContain(`${to} ${target}`);
      const [owner = '', rest = ''] = name.split(/:(.*)/s);
      const inner = rest === '' ? name : rest;
      if (owner.startsWith('controlGroup_')) expect(controls.map((one) => `controlGroup_${one.explicitInput.id}`)).toContain(owner);
      else if (rest !== '') expect(panels.map(({ panelIndex }) => panelIndex)).toContain(owner);
      if (!owner.startsWith('controlGroup_')) expect(JSON.stringify(attributes)).toContain(inner);
    }
    expect(new Set(references.map(({ name }) => name)).size).toBe(references.length);
    seen.add(`${type} ${id}`);
  }
});

it('says every id only as a reference', () => {
  const meta = objects.flatMap(({ attributes }) => JSON.stringify(attributes['kibanaSavedObjectMeta'] ?? {}));
  for (const source of meta) expect(source).not.toMatch(/"index":/);
});

it('places panels beside each other, never on top', () => {
  const cells = panels.flatMap(({ gridData: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(panels.every(({ gridData: { x, w } }) => x + w <= 48)).toBe(true);
  expect(panels.every(({ panelIndex, gridData }) => panelIndex === gridData.i)).toBe(true);
});

it('has the panels that operators ask for first', () => {
  expect(panels.map(({ title, panelRefName }) => title ?? panelRefName)).toEqual([
    'Volume by level',
    'Top services',
    'Errors by container',
    'panel_latest',
    'Ingest health: happened and arrived',
    'Ingest health: doors',
    'Ingest health: nodes',
  ]);
});

it('orders every list by a column of its own layer, and shows every column', () => {
  for (const { state } of charts) {
    const shown = JSON.stringify(state.visualization);
    for (const [id, layer] of Object.entries(state.datasourceStates.formBased.layers)) {
      expect(shown).toContain(`"layerId":"${id}"`);
      expect(layer.columnOrder).toEqual(Object.keys(layer.columns));
      for (const [columnId, { params }] of Object.entries(layer.columns)) {
        expect(shown).toContain(`"${columnId}"`);
        if (params.orderBy !== undefined) expect(Object.keys(layer.columns)).toContain(params.orderBy.columnId);
      }
    }
  }
});

it('names only fields that our records have', () => {
  const searches = of('search').flatMap(({ attributes }) => [
    ...(attributes['columns'] as string[]),
    ...(attributes['sort'] as [string, string][]).map(([field]) => field),
    String(attributes['breakdownField']),
  ]);
  const formats = Object.keys(json(of('index-pattern')[0]?.attributes['fieldFormatMap']) as object);
  const asked = queries.flatMap((query) => fieldsOfQuery(parseQuery(query)));
  const counted = columns.map(({ sourceField }) => sourceField).filter((field) => field !== '___records___');
  const named = new Set([...searches, ...formats, ...asked, ...counted, ...controls.map((one) => one.explicitInput.fieldName)]);
  // Elasticsearch's own, and where the store puts what Elasticsearch refused.
  const known = new Set([...Object.keys(KNOWN_FIELDS), '_ignored', 'logweir.folded']);
  expect([...named].filter((field) => !known.has(field))).toEqual([]);
  expect(named.size).toBeGreaterThan(10);
});
