import { Injectable } from '@nestjs/common';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';

/** Searches at once. Each may take memory and a core of the store; more at the same time only makes all of them slower. */
const MAX_SEARCHES = 16;
/** What a store gets to answer by itself, with what it has, after its own time limit. */
const GRACE_MS = 1_000;

export interface Asked {
  readonly kind: 'search' | 'histogram' | 'facets' | 'context' | 'fields' | 'patterns';
  readonly timeoutMs: number;
  /** Nobody waits for the answer any more. */
  readonly disconnected: AbortSignal;
}

/** Bounds how many searches run and how long, and ends them when nobody waits for the answer any more. */
@Injectable()
export class SearchSlots {
  private running = 0;

  constructor(private readonly parts: ApiParts) {}

  async run<T>(asked: Asked, search: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.running >= MAX_SEARCHES) {
      throw new ApiError(429, 'searches_busy', `${MAX_SEARCHES} searches are already running`, {
        hint: 'try again in a second',
        retryAfterSeconds: 1,
      });
    }
    this.running++;
    const finished = this.parts.metrics.searchSeconds.startTimer({ kind: asked.kind });
    const late = AbortSignal.timeout(asked.timeoutMs + GRACE_MS);
    try {
      return await search(AbortSignal.any([asked.disconnected, late]));
    } catch (error) {
      if (!late.aborted) throw error;
      throw new ApiError(504, 'search_timeout', `no answer within ${asked.timeoutMs} ms`, {
        hint: 'narrow the times, or give a longer timeout',
        cause: error,
      });
    } finally {
      finished();
      this.running--;
    }
  }
}
