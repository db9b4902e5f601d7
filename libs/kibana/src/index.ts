export { DATA_VIEW_ID } from './data-view.js';
export { DiscoverLinks, type DiscoverLink, type DiscoverQuestion } from './discover-link.js';
export { savedObjects } from './objects.js';
export { formatNdjson, type Reference, type SavedObject } from './saved-object.js';
export { KibanaClient, KibanaError, type KibanaOptions } from './kibana-client.js';
