import { doors, errorsByContainer, ingestNodes, lateness, topServices, volumeByLevel } from './charts.js';
import { dataViewReference } from './data-view.js';
import { chartAttributes, chartReferences, type Chart } from './lens.js';
import { savedObject, type Reference, type SavedObject } from './saved-object.js';
import { ERRORS_ID } from './saved-searches.js';

export const DASHBOARD_ID = 'logweir-overview';

/** In a grid 48 columns wide. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Panel {
  readonly json: Readonly<Record<string, unknown>>;
  readonly references: readonly Reference[];
}

/** A panel's references stand with the dashboard's, its own name before each. */
function chartPanel(id: string, place: Place, chart: Chart): Panel {
  return {
    json: {
      type: 'lens',
      panelIndex: id,
      gridData: { ...place, i: id },
      title: chart.title,
      embeddableConfig: { attributes: chartAttributes(chart), enhancements: {} },
    },
    references: chartReferences(chart).map((reference) => ({ ...reference, name: `${id}:${reference.name}` })),
  };
}

function searchPanel(id: string, place: Place, searchId: string): Panel {
  const name = `panel_${id}`;
  return {
    json: { type: 'search', panelIndex: id, gridData: { ...place, i: id }, embeddableConfig: { enhancements: {} }, panelRefName: name },
    references: [{ name: `${id}:${name}`, type: 'search', id: searchId }],
  };
}

/** Lists above the panels that narrow all of them: how one service or one container is looked at. */
const CONTROLS = { service: ['Service', 'service.name'], container: ['Container', 'container.name'], level: ['Level', 'log.level'] };

function controls(): { readonly input: Readonly<Record<string, unknown>>; readonly references: readonly Reference[] } {
  const panels = Object.fromEntries(
    Object.entries(CONTROLS).map(([id, [title, fieldName]], order) => [
      id,
      { type: 'optionsListControl', order, width: 'medium', grow: true, explicitInput: { id, fieldName, title, enhancements: {} } },
    ]),
  );
  const ignored = { ignoreFilters: false, ignoreQuery: false, ignoreTimerange: false, ignoreValidations: false };
  return {
    input: {
      chainingSystem: 'HIERARCHICAL',
      controlStyle: 'oneLine',
      ignoreParentSettingsJSON: JSON.stringify(ignored),
      panelsJSON: JSON.stringify(panels),
      showApplySelections: false,
    },
    references: Object.keys(CONTROLS).map((id) => dataViewReference(`controlGroup_${id}:optionsListDataView`)),
  };
}

export function dashboard(): SavedObject {
  const panels = [
    chartPanel('volume', { x: 0, y: 0, w: 48, h: 11 }, volumeByLevel()),
    chartPanel('services', { x: 0, y: 11, w: 24, h: 14 }, topServices()),
    chartPanel('errors', { x: 24, y: 11, w: 24, h: 14 }, errorsByContainer()),
    searchPanel('latest', { x: 0, y: 25, w: 48, h: 14 }, ERRORS_ID),
    chartPanel('lateness', { x: 0, y: 39, w: 24, h: 11 }, lateness()),
    chartPanel('doors', { x: 24, y: 39, w: 24, h: 11 }, doors()),
    chartPanel('nodes', { x: 0, y: 50, w: 48, h: 10 }, ingestNodes()),
  ];
  const { input, references } = controls();
  const source = { query: { query: '', language: 'kuery' }, filter: [] };
  const options = { useMargins: true, syncColors: true, syncCursor: true, syncTooltips: false, hidePanelTitles: false };
  const attributes = {
    title: 'Logweir: overview',
    description: 'Volume by level, top services, errors by container, and whether records arrive in time.',
    panelsJSON: JSON.stringify(panels.map(({ json }) => json)),
    optionsJSON: JSON.stringify(options),
    controlGroupInput: input,
    timeRestore: true,
    timeFrom: 'now-1h',
    timeTo: 'now',
    refreshInterval: { pause: true, value: 30_000 },
    version: 1,
    kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
  };
  return savedObject('dashboard', DASHBOARD_ID, attributes, [...panels.flatMap((panel) => panel.references), ...references]);
}
