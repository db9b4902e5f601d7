import type { ReadinessReport } from '#libs/telemetry';
import type { LogReader } from '#libs/store';
import type { DeadLetterDesk } from './dead-letters/dead-letter-desk.js';

export interface ApiSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Further values of the Host header that are ours, with or without port: what a proxy or a compose network calls us. */
  readonly allowedHosts: readonly string[];
}

/** What the API says about itself; part of the process's log. */
export interface ApiLogger {
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What `/metrics` needs of a registry. */
export interface Exposition {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** Everything the controllers work with. A class, because it is the Nest token as well. */
export abstract class ApiParts {
  abstract readonly settings: ApiSettings;
  abstract readonly reader: LogReader;
  abstract readonly readiness: { report(): Promise<ReadinessReport> };
  abstract readonly metrics: Exposition;
  abstract readonly logger: ApiLogger;
  /** Wall clock, milliseconds since the epoch. */
  abstract readonly now: () => number;
  /** Only in the process that ingests: the letters are files of its data folder. */
  abstract readonly deadLetters?: DeadLetterDesk;
}
