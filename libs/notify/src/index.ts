export { DeliveryError } from './receiver.js';
export type { Delivered, Receiver } from './receiver.js';
