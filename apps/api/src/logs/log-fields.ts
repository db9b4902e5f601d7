import { Injectable } from '@nestjs/common';
import type { FieldsResult } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { countedField } from './counted-field.js';
import { composeQuery } from './filter.js';
import { LogFacets, type FacetAnswer } from './log-facets.js';
import type { FieldsParameters, ValuesParameters } from './logs.parameters.js';
import { SearchSlots } from './search-slots.js';
import { timeRange } from './time-range.js';

export interface LogFieldsAnswer extends FieldsResult {
  readonly took_ms: number;
}

export interface FieldValuesAnswer extends FacetAnswer {
  readonly total: number;
  readonly took_ms: number;
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

/** What can be asked for: names of fields, and values of one. */
@Injectable()
export class LogFields {
  constructor(
    private readonly parts: ApiParts,
    private readonly facets: LogFacets,
    private readonly slots: SearchSlots,
  ) {}

  async list(parameters: FieldsParameters, disconnected: AbortSignal): Promise<LogFieldsAnswer> {
    const startedMs = this.parts.now();
    const { q, filter, prefix, limit, timeout: timeoutMs } = parameters;
    const request = { query: composeQuery(q, filter), ...timeRange(parameters, startedMs), prefix, limit, timeoutMs };
    const result = await this.slots.run({ kind: 'fields', timeoutMs, disconnected }, (signal) =>
      this.parts.reader.fields({ ...request, signal }),
    );
    return { ...result, took_ms: Math.max(0, this.parts.now() - startedMs) };
  }

  async values(name: string, parameters: ValuesParameters, disconnected: AbortSignal): Promise<FieldValuesAnswer> {
    const { facets, ...answer } = await this.facets.count({ ...parameters, fields: [countedField(name)] }, disconnected);
    const [facet] = facets;
    if (facet === undefined) throw new Error(`bug: the store did not count ${name}`);
    return { ...facet, ...answer };
  }
}
