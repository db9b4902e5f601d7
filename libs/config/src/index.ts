export { ConfigError } from './errors.js';
export { loadSettings } from './load.js';
export type { Sources } from './load.js';
export type { Settings } from './schema.js';
export { describeSettings, redactSettings } from './show.js';
