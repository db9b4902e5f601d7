import { Injectable } from '@nestjs/common';
import { Patterns } from '#libs/patterns';
import { formatTime } from '#libs/query';
import type { PatternCounts } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { composeQuery } from '../logs/filter.js';
import { bucketStarts, roundInterval } from '../logs/interval.js';
import { formatRecordId } from '../logs/record-id.js';
import { SearchSlots } from '../logs/search-slots.js';
import { timeRange } from '../logs/time-range.js';
import type { PatternsParameters } from './patterns.parameters.js';

/** Points of a trend: a line as wide as a word. */
const TREND_POINTS = 30;

export interface PatternAnswer {
  /** The value of `log.pattern`. */
  readonly id: string;
  readonly template: string;
  readonly count: number;
  /** Of all records found, 0 to 1. */
  readonly share: number;
  readonly first_seen: string;
  readonly last_seen: string;
  /** Records in each interval, from `trend_start_ms` on. */
  readonly trend: readonly number[];
  readonly services: readonly string[];
  readonly level?: string;
  /** The newest record, and the oldest when it is another. */
  readonly sample_ids: readonly string[];
}

export interface PatternsAnswer {
  readonly patterns: readonly PatternAnswer[];
  readonly total: number;
  /** Records whose pattern is not listed. */
  readonly other: number;
  /** Records without a pattern: of before there were any. */
  readonly missing: number;
  readonly distinct: number;
  readonly interval_ms: number;
  readonly trend_start_ms: number;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

@Injectable()
export class PatternList {
  /** Only a cache: to make a template out of a message needs no memory. */
  private readonly templates = new Patterns();

  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async list(parameters: PatternsParameters, disconnected: AbortSignal): Promise<PatternsAnswer> {
    const startedMs = this.parts.now();
    const range = timeRange(parameters, startedMs);
    const intervalMs = roundInterval(range, TREND_POINTS);
    const { order, limit, timeout: timeoutMs } = parameters;
    const request = { query: composeQuery(parameters.q, parameters.filter), ...range, intervalMs, order, limit, timeoutMs };
    const result = await this.slots.run({ kind: 'patterns', timeoutMs, disconnected }, (signal) =>
      this.parts.reader.patterns({ ...request, signal }),
    );
    const starts = bucketStarts(range, intervalMs);
    const { total, missing, distinct, partial, warnings } = result;
    const listed = result.patterns.reduce((sum, { count }) => sum + count, 0);
    return {
      patterns: result.patterns.map((pattern) => this.answer(pattern, total, starts)),
      total,
      other: Math.max(0, total - missing - listed),
      missing,
      distinct,
      interval_ms: intervalMs,
      trend_start_ms: starts[0] ?? 0,
      took_ms: Math.max(0, this.parts.now() - startedMs),
      partial,
      warnings,
    };
  }

  private answer(
    { id, count, buckets, services, level, first, last }: PatternCounts,
    total: number,
    starts: readonly number[],
  ): PatternAnswer {
    const counts = new Map(buckets.map((bucket) => [bucket.startMs, bucket.count]));
    return {
      id,
      template: this.templates.templateOf(last.message),
      count,
      share: count / total,
      first_seen: formatTime(BigInt(first.key.timestampNs)),
      last_seen: formatTime(BigInt(last.key.timestampNs)),
      trend: starts.map((startMs) => counts.get(startMs) ?? 0),
      services,
      ...(level !== undefined && { level }),
      sample_ids: [...new Set([formatRecordId(last.key), formatRecordId(first.key)])],
    };
  }
}
