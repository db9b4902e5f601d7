export { Closing } from './closing.js';
export { prepareDataFolder } from './data-folder.js';
export { readOptional } from './read-optional.js';
export { runService } from './run-service.js';
export type { RunningService, ServiceHost } from './run-service.js';
export { startLine } from './start-line.js';
export { WatchedFiles } from './watched-files.js';
export type { FoundFile } from './watched-files.js';
