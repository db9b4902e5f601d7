import type { Metrics, Readiness } from '#libs/telemetry';
import type { RejectionDesk } from '../rejection-desk.js';

/** What the controllers work with. A class, because it is the Nest token as well. */
export abstract class OperationsParts {
  abstract readonly host: string;
  /** 0 picks a free one. */
  abstract readonly port: number;
  /** Further values of the Host header that are ours. */
  abstract readonly allowedHosts: readonly string[];
  abstract readonly readiness: Readiness;
  abstract readonly metrics: Metrics;
  abstract readonly deadLetters: RejectionDesk;
}
