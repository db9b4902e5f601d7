export { JsonLogger } from './logger.js';
export type { JsonLoggerOptions, LogFields, Logger, LogLevel } from './logger.js';
export { describeMetrics } from './describe-metrics.js';
export { Metrics } from './metrics.js';
export { Readiness } from './readiness.js';
export type { Condition, ReadinessCheck, ReadinessReport } from './readiness.js';
