import { dashboard } from './dashboard.js';
import { dataView } from './data-view.js';
import type { SavedObject } from './saved-object.js';
import { savedSearches } from './saved-searches.js';

/** Everything that Kibana gets from us, what is referred to before what refers to it. `pattern` names the indices. */
export function savedObjects(pattern: string): readonly SavedObject[] {
  return [dataView(pattern), ...savedSearches(), dashboard()];
}
