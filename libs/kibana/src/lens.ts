/**
 * Charts as Lens keeps them by value inside a dashboard: columns that ask (`formBased`), and a visualization that says which
 * column stands where. Lens keeps this shape stable and migrates it up, as every saved chart of every user has it.
 */
import { dataViewReference } from './data-view.js';
import type { Reference } from './saved-object.js';

export interface Column {
  readonly label: string;
  readonly customLabel: true;
  readonly dataType: 'number' | 'string' | 'date';
  readonly operationType: 'count' | 'date_histogram' | 'terms' | 'max';
  readonly sourceField: string;
  readonly isBucketed: boolean;
  readonly scale: 'ratio' | 'interval' | 'ordinal';
  readonly params: Readonly<Record<string, unknown>>;
  readonly filter?: { readonly query: string; readonly language: 'kuery' };
}

/** Column id → column; buckets stand before what is counted in them. */
export type Columns = Readonly<Record<string, Column>>;

/** What Lens calls a whole document in place of a field. */
export const RECORDS = '___records___';

export function count(label: string, query?: string): Column {
  return {
    label,
    customLabel: true,
    dataType: 'number',
    operationType: 'count',
    sourceField: RECORDS,
    isBucketed: false,
    scale: 'ratio',
    params: { emptyAsNull: false },
    ...(query !== undefined && { filter: { query, language: 'kuery' } }),
  };
}

export function newest(label: string, sourceField: string): Column {
  const params = { emptyAsNull: true };
  return { label, customLabel: true, dataType: 'date', operationType: 'max', sourceField, isBucketed: false, scale: 'ratio', params };
}

export function overTime(sourceField: string): Column {
  const params = { interval: 'auto', includeEmptyRows: true, dropPartials: false };
  return {
    label: sourceField,
    customLabel: true,
    dataType: 'date',
    operationType: 'date_histogram',
    sourceField,
    isBucketed: true,
    scale: 'interval',
    params,
  };
}

/** The `size` values with most of what column `by` counts, and all others as one. */
export function top(label: string, sourceField: string, { size, by }: { readonly size: number; readonly by: string }): Column {
  const order = { orderBy: { type: 'column', columnId: by }, orderDirection: 'desc' };
  const params = { size, ...order, otherBucket: true, missingBucket: false, parentFormat: { id: 'terms' } };
  return { label, customLabel: true, dataType: 'string', operationType: 'terms', sourceField, isBucketed: true, scale: 'ordinal', params };
}

export interface Chart {
  readonly title: string;
  readonly visualizationType: 'lnsXY' | 'lnsDatatable';
  readonly layers: Readonly<Record<string, Columns>>;
  readonly visualization: Readonly<Record<string, unknown>>;
}

/** How a layer's data view is named among the references of its chart. */
const layerReference = (layer: string): string => `indexpattern-datasource-layer-${layer}`;

export const chartReferences = (chart: Chart): Reference[] =>
  Object.keys(chart.layers).map((layer) => dataViewReference(layerReference(layer)));

/** `attributes` of a Lens panel. */
export function chartAttributes(chart: Chart): Readonly<Record<string, unknown>> {
  const { title, visualizationType, visualization } = chart;
  const layers = Object.fromEntries(
    Object.entries(chart.layers).map(([id, columns]) => [id, { columns, columnOrder: Object.keys(columns), incompleteColumns: {} }]),
  );
  return {
    title,
    visualizationType,
    type: 'lens',
    references: chartReferences(chart),
    state: {
      visualization,
      query: { query: '', language: 'kuery' },
      filters: [],
      datasourceStates: { formBased: { layers } },
      internalReferences: [],
      adHocDataViews: {},
    },
  };
}

export interface Series {
  readonly layerId: string;
  readonly xAccessor: string;
  readonly accessors: readonly string[];
  readonly splitAccessor?: string;
}

export function barsOrLines(seriesType: 'bar_stacked' | 'line', series: readonly Series[]): Chart['visualization'] {
  return {
    legend: { isVisible: true, position: 'right' },
    valueLabels: 'hide',
    preferredSeriesType: seriesType,
    axisTitlesVisibilitySettings: { x: false, yLeft: false, yRight: false },
    layers: series.map((one) => ({ ...one, layerType: 'data', seriesType, position: 'top', showGridlines: false })),
  };
}

export function table(layerId: string, columns: Columns): Chart['visualization'] {
  const isNumber = (column: Column): boolean => column.dataType === 'number';
  return {
    layerId,
    layerType: 'data',
    columns: Object.entries(columns).map(([columnId, column]) => ({ columnId, alignment: isNumber(column) ? 'right' : 'left' })),
    paging: { size: 10, enabled: true },
  };
}
