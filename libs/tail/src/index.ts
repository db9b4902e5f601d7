export { NODE_HEADER, REPEAT_MS, SECRET_HEADER, STREAM_PATH, STREAM_TYPE, type TailCall, type TailMessage, TAILS } from './call.js';
export type { Missing, Place, TailEvent, TailFeed, TailRecord, TailRequest, TailSource } from './feed.js';
export { ALIVE, encodeEvent, EventDecoder } from './wire.js';
