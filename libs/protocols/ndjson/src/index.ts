export { decodeJsonBody, MAX_BODY_RECORDS } from './json-body.js';
export type { JsonBody, JsonBodyError } from './json-body.js';
export { decodeJsonLine, MAX_JSON_NESTING } from './json-event.js';
export type { JsonLine } from './json-event.js';
export { LineDecoder, MAX_LINE_BYTES } from './line-decoder.js';
export type { LineDecoderOptions } from './line-decoder.js';
