/** The charts of the dashboard: each field that they name is one that every deployment of ours writes. */
import { TIME_FIELD } from './data-view.js';
import { barsOrLines, count, newest, overTime, table, top, type Chart } from './lens.js';
import { ERRORS } from './saved-searches.js';

const LAYER = 'records';
const LEVELS = 6;
const SERVICES = 20;
const CONTAINERS = 10;
const NODES = 50;
const DOORS = 10;

export function volumeByLevel(): Chart {
  const columns = {
    time: overTime(TIME_FIELD),
    level: top('Level', 'log.level', { size: LEVELS, by: 'records' }),
    records: count('Records'),
  };
  const series = { layerId: LAYER, xAccessor: 'time', splitAccessor: 'level', accessors: ['records'] };
  return chart('Volume by level', 'lnsXY', { [LAYER]: columns }, barsOrLines('bar_stacked', [series]));
}

export function topServices(): Chart {
  const columns = {
    service: top('Service', 'service.name', { size: SERVICES, by: 'records' }),
    records: count('Records'),
    errors: count('Errors', ERRORS),
    newest: newest('Last record', TIME_FIELD),
  };
  return chart('Top services', 'lnsDatatable', { [LAYER]: columns }, table(LAYER, columns));
}

export function errorsByContainer(): Chart {
  const columns = {
    time: overTime(TIME_FIELD),
    container: top('Container', 'container.name', { size: CONTAINERS, by: 'errors' }),
    errors: count('Errors', ERRORS),
  };
  const series = { layerId: LAYER, xAccessor: 'time', splitAccessor: 'container', accessors: ['errors'] };
  return chart('Errors by container', 'lnsXY', { [LAYER]: columns }, barsOrLines('bar_stacked', [series]));
}

/**
 * The same records twice: at the time they tell of, and at the time they arrived. Where the lines part, records came late: a
 * sender was cut off, or its clock is wrong.
 */
export function lateness(): Chart {
  const layers = {
    happened: { time: overTime(TIME_FIELD), records: count('Happened') },
    arrived: { time: overTime('event.created'), records: count('Arrived') },
  };
  const series = Object.keys(layers).map((layerId) => ({ layerId, xAccessor: 'time', accessors: ['records'] }));
  return chart('Ingest health: happened and arrived', 'lnsXY', layers, barsOrLines('line', series));
}

/** `_ignored` lists fields that were kept and not indexed; `logweir.folded` holds what Elasticsearch refused as fields. */
export function ingestNodes(): Chart {
  const columns = {
    node: top('Ingest node', 'logweir.node', { size: NODES, by: 'records' }),
    records: count('Records'),
    arrived: newest('Last arrival', 'event.created'),
    ignored: count('With fields not indexed', '_ignored : *'),
    folded: count('With fields refused', 'logweir.folded : *'),
    noLevel: count('Without level', 'not log.level : *'),
  };
  return chart('Ingest health: nodes', 'lnsDatatable', { [LAYER]: columns }, table(LAYER, columns));
}

export function doors(): Chart {
  const columns = {
    time: overTime(TIME_FIELD),
    door: top('Door', 'logweir.source', { size: DOORS, by: 'records' }),
    records: count('Records'),
  };
  const series = { layerId: LAYER, xAccessor: 'time', splitAccessor: 'door', accessors: ['records'] };
  return chart('Ingest health: doors', 'lnsXY', { [LAYER]: columns }, barsOrLines('bar_stacked', [series]));
}

function chart(
  title: string,
  visualizationType: Chart['visualizationType'],
  layers: Chart['layers'],
  visualization: Chart['visualization'],
): Chart {
  return { title, visualizationType, layers, visualization };
}
