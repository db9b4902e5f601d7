export { Closing } from './closing.js';
export { readOptional } from './read-optional.js';
export { runService } from './run-service.js';
export type { RunningService, ServiceHost } from './run-service.js';
export { startLine } from './start-line.js';
