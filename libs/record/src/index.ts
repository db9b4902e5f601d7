export type { Arrival, Event, Fields, Value } from './event.js';
export { RECORD_HEAD } from './normaliser.js';
export type { Normalise, NormaliserOptions } from './normaliser.js';
