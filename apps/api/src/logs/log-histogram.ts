import { Injectable } from '@nestjs/common';
import type { DiscoverLink } from '#libs/kibana';
import { ApiParts } from '../api-parts.js';
import { countedField } from './counted-field.js';
import { composeQuery } from './filter.js';
import { fillBars, roundInterval, type Bar } from './interval.js';
import type { HistogramParameters } from './logs.parameters.js';
import { SearchSlots } from './search-slots.js';
import { NS_PER_MS } from './time.js';
import { timeRange } from './time-range.js';

export interface LogHistogramAnswer {
  readonly interval_ms: number;
  readonly buckets: readonly Bar[];
  readonly total: number;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
  /** The same records in Discover; only where LOGWEIR_KIBANA_URL is set. */
  readonly kibana?: DiscoverLink;
}

@Injectable()
export class LogHistogram {
  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async count(parameters: HistogramParameters, disconnected: AbortSignal): Promise<LogHistogramAnswer> {
    const startedMs = this.parts.now();
    const range = timeRange(parameters, startedMs);
    const intervalMs = roundInterval(range, parameters.buckets);
    const request = {
      query: composeQuery(parameters.q, parameters.filter),
      ...range,
      intervalMs,
      ...(parameters.by === undefined ? {} : { by: countedField(parameters.by) }),
      timeoutMs: parameters.timeout,
    };
    const { query } = request;
    const kibana = this.parts.kibana?.link({ query, ...range, nowNs: BigInt(Math.trunc(startedMs)) * NS_PER_MS });
    const result = await this.slots.run({ kind: 'histogram', timeoutMs: parameters.timeout, disconnected }, (signal) =>
      this.parts.reader.histogram({ ...request, signal }),
    );
    return {
      interval_ms: intervalMs,
      buckets: fillBars(result, range, intervalMs),
      total: result.total,
      took_ms: Math.max(0, this.parts.now() - startedMs),
      partial: result.partial,
      warnings: result.warnings,
      ...(kibana && { kibana }),
    };
  }
}
