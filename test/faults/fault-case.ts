import type { ElasticsearchNode } from '../support/elasticsearch.js';
import type { Stage } from './stage.js';

/** Which node plays: one for all cases that leave it whole, one with narrow limits, or one that the case may end. */
export type Cast = 'sturdy' | 'narrow' | 'own';

export interface FaultCase {
  readonly name: string;
  readonly cast: Cast;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodes?: (proxy: string, node: string) => string;
  readonly through?: (stage: Stage) => readonly string[];
  /** Nothing is stored before the fault ends. */
  readonly fromStart?: true;
  /** Before ingest is started. */
  readonly before?: (stage: Stage) => Promise<void>;
  readonly begin: (stage: Stage) => Promise<void> | void;
  readonly end: (stage: Stage) => Promise<void> | void;
  /** What `/readyz` tells meanwhile; absent where the fault is not one of the store as a whole. */
  readonly says?: RegExp;
  /** What the log tells; `says` where absent. */
  readonly logs?: RegExp;
  /** What else must be so at the end: what was wrong, in words. */
  readonly check?: (stage: Stage) => Promise<readonly string[]>;
  /** Why records became dead letters: they are replayed at the end, corrected by this. */
  readonly deadLetters?: { readonly reason: RegExp; readonly correct: (record: Letter['record']) => unknown };
}

export interface Letter {
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  readonly record: Readonly<Record<string, unknown>>;
}

export interface Verdict {
  readonly name: string;
  readonly heldSeconds: number;
  readonly acked: number;
  /** Of them, those while the fault lasted. */
  readonly ackedMeanwhile: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly deadLetters: number;
  readonly slowestAckMs: number;
  /** From the end of the fault until the first record that was stored after it; seconds. */
  readonly resumed: number;
  /** Until everything was. */
  readonly drained: number;
  /** Scrapes of /metrics at which the books did not balance. */
  readonly unbalanced: number;
  /** What `/readyz` said, in the words that came most often. */
  readonly told: string;
  /** What was other than the case expects; empty when all is well. */
  readonly wrong: readonly string[];
}

export type Nodes = (cast: Cast) => Promise<ElasticsearchNode>;
