import { Injectable } from '@nestjs/common';
import { type Filter, Filters, nameOfFilter, readFilter } from '#libs/filters';
import { type Event, type Fields, Normaliser, RECORD_HEAD } from '#libs/record';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import type { TestBody } from './filters.parameters.js';

const DAY_MS = 86_400_000;
const RETENTION_MS = 14 * DAY_MS;
/** As at the doors. */
const MAX_MESSAGE = 1_048_576;
/** Of one record: more changes than a person reads. */
const MAX_CHANGES = 1_000;

export interface TrialAnswer {
  readonly outcome: 'kept' | 'dropped' | 'sampled';
  readonly by?: string;
  readonly changes: readonly { readonly filter: string; readonly field: string }[];
  /** As it would be stored. */
  readonly record?: Readonly<Record<string, unknown>>;
  readonly filters: readonly string[];
}

/** What filters make of one line. The same code as at the doors; nothing is stored or counted. */
@Injectable()
export class FilterTrial {
  constructor(private readonly parts: ApiParts) {}

  run({ line, fields = {}, tag, filters: given }: TestBody): TrialAnswer {
    if (line === undefined && Object.keys(fields).length === 0) {
      throw new ApiError(400, 'parameter_invalid', 'line is missing: give a line, or fields');
    }
    const filters = given === undefined ? this.parts.filters?.current : this.compile(given);
    const names = filters?.all.map(({ name }) => name) ?? [];
    const event: Event = { tag, seconds: -1, nanos: 0, text: line, fields: fields as Fields };
    const tail = this.normaliser().normalise(event, { createdNs: BigInt(this.parts.now()) * 1_000_000n, source: 'http' });
    const changes: { filter: string; field: string }[] = [];
    const report = (filter: string, field: string): void => {
      if (changes.length < MAX_CHANGES) changes.push({ filter, field });
    };
    const passed = filters?.pass(tail, event, report) ?? tail;
    if (typeof passed !== 'string') {
      return { outcome: passed.reason === 'filter' ? 'dropped' : 'sampled', by: passed.filter, changes: [], filters: names };
    }
    const record = JSON.parse(`${RECORD_HEAD}0${passed}`) as Record<string, unknown>;
    return { outcome: 'kept', changes, record, filters: names };
  }

  private compile(given: readonly unknown[]): Filters {
    const hash = this.parts.filters?.hash;
    const problems: { field: string; message: string }[] = [];
    const all: Filter[] = [];
    for (const value of given) {
      const read = readFilter(value, { canHash: hash !== undefined });
      if ('item' in read) all.push(read.item);
      else problems.push(...read.findings.map(({ path, message }) => ({ field: [nameOfFilter(value) ?? '', ...path].join('.'), message })));
    }
    if (problems.length > 0) throw new ApiError(400, 'filter_invalid', problems[0]?.message ?? 'a filter is not right', { problems });
    return new Filters(all, { ...(hash && { hash }), report: () => undefined });
  }

  private normaliser(): Normaliser {
    return new Normaliser({
      node: 'test',
      host: '',
      zone: 'UTC',
      retentionMs: RETENTION_MS,
      maxMessage: MAX_MESSAGE,
      count: () => undefined,
    });
  }
}
