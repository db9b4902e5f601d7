import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DiscoverLinks } from '#libs/kibana';
import type { Logger, Metrics, Readiness } from '#libs/telemetry';
import type { Audit } from '#libs/access';
import type { TlsSettings } from '#libs/http';
import type { LogDeleter, LogReader } from '#libs/store';
import type { Access, Alerting, Endpoints, FilterFiles } from '#libs/service';
import type { IngestView } from './status/ingest-view.js';
import type { TailSource } from '#libs/tail';
import type { DeadLetterDesk } from './dead-letters/dead-letter-desk.js';

export interface ApiSettings extends TlsSettings {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Further values of the Host header that are ours, with or without port: what a proxy or a compose network calls us. */
  readonly allowedHosts: readonly string[];
  /** Origins of other pages that may call us from a browser. */
  readonly corsOrigins: readonly string[];
  /** For a request with its body, milliseconds. */
  readonly requestTimeout: number;
}

/** Everything the controllers work with. A class, because it is the Nest token as well. */
export abstract class ApiParts {
  abstract readonly settings: ApiSettings;
  abstract readonly access: Access;
  abstract readonly reader: LogReader;
  abstract readonly deleter: LogDeleter;
  abstract readonly readiness: Readiness;
  abstract readonly metrics: Metrics;
  abstract readonly logger: Logger;
  /** Wall clock, milliseconds since the epoch. */
  abstract readonly now: () => number;
  /** Only in the process that ingests: the letters are files of its data folder. */
  abstract readonly deadLetters?: DeadLetterDesk;
  /** Only there as well: resolves when all that was on disk before is stored; false when its signal came first. */
  abstract readonly drained?: (signal: AbortSignal) => Promise<boolean>;
  /** Only there as well: how far records are. */
  abstract readonly ingest?: () => IngestView;
  /** What this node calls itself. */
  abstract readonly node: string;
  /** Who changed what. */
  abstract readonly audit: Audit;
  /** Rules, silences and the state of alerts; none when this process shares them with nobody. */
  abstract readonly alerting?: Alerting;
  abstract readonly endpoints?: Endpoints;
  /** As on this node's disk. */
  abstract readonly filters?: FilterFiles;
  /** What comes in, as it comes. */
  abstract readonly tail?: TailSource;
  /** Takes what nodes send for tails: true when the request was one of theirs. */
  abstract readonly tailStreams?: { receive(request: IncomingMessage, response: ServerResponse): boolean };
  /** Where LOGWEIR_KIBANA_URL is set: answers then say where Discover shows the same. */
  abstract readonly kibana?: DiscoverLinks;
}
