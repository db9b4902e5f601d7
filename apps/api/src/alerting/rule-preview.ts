import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { Query } from '#libs/query';
import type { Rule, Transition } from '#libs/rules';
import { type OrderKey, type SearchResult, StoreError } from '#libs/store';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { SearchSlots } from '../logs/search-slots.js';
import { timeRange, type TimeRange } from '../logs/time-range.js';
import { rfc3339 } from './rule-answer.js';
import { RuleReplay } from './rule-replay.js';
import type { PreviewBody } from './rules.parameters.js';
import { readRule } from './rules.service.js';

/** Records of one search: as many as both stores give within some milliseconds. */
const PAGE = 500;
/** Together some twenty seconds of one core. */
const MAX_RECORDS = 1_000_000;
/** A day, and the millisecond under way that belongs to now. */
const MAX_RANGE_NS = 86_400_001_000_000n;
/** A rule that would have told so much has to be changed anyhow. */
const MAX_TRANSITIONS = 1_000;
/** Previews at once: each takes most of a core while it runs. */
const MAX_PREVIEWS = 2;
/** The event loop goes to others after this; with the step under way it stays below 20 ms. */
const SLICE_MS = 5;
const NS_PER_MS = 1_000_000n;

type Shown = Omit<Transition, 'id' | 'rule' | 'revision' | 'atMs' | 'startsAtMs' | 'endsAtMs' | 'window'>;

/** Of a rule's way through the past. */
export type PreviewTransition = Shown & {
  readonly at: string;
  readonly startsAt: string;
  readonly endsAt?: string;
  /** `to` is not part of it. */
  readonly window?: { readonly from: string; readonly to: string };
};

export interface PreviewAnswer {
  readonly from: string;
  readonly to: string;
  /** Records that the rule was asked about. */
  readonly records: number;
  /** Of them, matches that came later than `allowed_lateness`: they are not evaluated. */
  readonly late: number;
  /** What would have been told, in order. */
  readonly transitions: readonly PreviewTransition[];
  readonly took_ms: number;
  /** Not everything was looked at; `warnings` says why. */
  readonly partial: boolean;
  readonly warnings: readonly string[];
}

interface Preview {
  readonly rule: Rule;
  readonly range: TimeRange;
  readonly deadline: number;
  readonly timeoutMs: number;
  readonly disconnected: AbortSignal;
}

@Injectable()
export class RulePreview {
  private running = 0;

  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async run(body: PreviewBody, disconnected: AbortSignal): Promise<PreviewAnswer> {
    const rule = readRule(body.rule);
    const range = this.range(body);
    if (this.running >= MAX_PREVIEWS) {
      throw new ApiError(429, 'previews_busy', `${MAX_PREVIEWS} previews are already running`, {
        hint: 'try again in some seconds',
        retryAfterSeconds: 5,
      });
    }
    this.running++;
    const began = performance.now();
    try {
      const preview = { rule, range, deadline: began + body.timeout, timeoutMs: body.timeout, disconnected };
      const answer = await this.replay(preview);
      return { ...answer, took_ms: Math.round(performance.now() - began) };
    } finally {
      this.running--;
    }
  }

  private range(body: PreviewBody): TimeRange {
    const nowMs = this.parts.now();
    const { fromNs, toNs } = timeRange(body, nowMs);
    if (toNs - fromNs > MAX_RANGE_NS) {
      throw new ApiError(400, 'parameter_invalid', 'from is more than 24 hours before to', { hint: 'preview a shorter time' });
    }
    const nowNs = BigInt(Math.trunc(nowMs)) * NS_PER_MS + NS_PER_MS;
    return { fromNs, toNs: toNs > nowNs && nowNs > fromNs ? nowNs : toNs };
  }

  private async replay(preview: Preview): Promise<Omit<PreviewAnswer, 'took_ms'>> {
    const { rule, range } = preview;
    const replay = new RuleReplay(rule, Number(range.fromNs / NS_PER_MS), breather());
    const warnings = await this.readAll(preview, replay);
    const ended = warnings.length === 0;
    if (ended) await replay.finish(Number(range.toNs / NS_PER_MS));
    const { transitions } = replay;
    if (transitions.length > MAX_TRANSITIONS) warnings.push(`the first ${MAX_TRANSITIONS} of ${transitions.length} transitions are shown`);
    return {
      from: rfc3339(Number(range.fromNs / NS_PER_MS)),
      to: rfc3339(Number(range.toNs / NS_PER_MS)),
      records: replay.records,
      late: replay.late,
      transitions: transitions.slice(0, MAX_TRANSITIONS).map(show),
      partial: warnings.length > 0,
      warnings,
    };
  }

  /** Gives why it ended before its time, if it did. */
  private async readAll(preview: Preview, replay: RuleReplay): Promise<string[]> {
    let after: OrderKey | undefined;
    while (!preview.disconnected.aborted) {
      const page = await this.page(preview, after);
      if (page === undefined) return ['the time was over: narrow the times, or give a longer timeout'];
      await replay.take(page.hits);
      if (page.partial) return ['a part of the store did not answer', ...page.warnings];
      if (page.hits.length < PAGE && !page.cut) return [];
      if (replay.records >= MAX_RECORDS) return [`${MAX_RECORDS} records were looked at, no more: narrow the times`];
      if (replay.transitions.length >= MAX_TRANSITIONS) return ['the rule would have told so much that the rest was left out'];
      after = page.hits.at(-1)?.key;
    }
    return ['nobody waits for the answer'];
  }

  /** undefined when there is no time left. */
  private async page(preview: Preview, after: OrderKey | undefined): Promise<SearchResult | undefined> {
    const timeoutMs = Math.ceil(preview.deadline - performance.now());
    if (timeoutMs <= 0) return undefined;
    const { rule, range, disconnected } = preview;
    const request = { query: queryOf(rule), ...range, limit: PAGE, order: 'asc' as const, timeoutMs };
    try {
      return await this.slots.run({ kind: 'search', timeoutMs, disconnected }, (signal) =>
        this.parts.reader.search({ ...request, signal, ...(after === undefined ? {} : { after }) }),
      );
    } catch (error) {
      const isLate =
        error instanceof ApiError ? error.code === 'search_timeout' : error instanceof StoreError && error.code === 'store_timeout';
      if (isLate && after !== undefined) return undefined;
      throw error;
    }
  }
}

/** The store leaves out what the rule has nothing to do with. */
function queryOf(rule: Rule): Query {
  return 'of' in rule && rule.of !== undefined ? rule.of : rule.where;
}

/** Gives the event loop to others as soon as this has had it for a slice. */
function breather(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}

function show(transition: Transition): PreviewTransition {
  const { id: _id, rule: _rule, revision: _revision, atMs, startsAtMs, endsAtMs, window, ...shown } = transition;
  return {
    ...shown,
    at: rfc3339(atMs),
    startsAt: rfc3339(startsAtMs),
    ...(endsAtMs === undefined ? {} : { endsAt: rfc3339(endsAtMs) }),
    ...(window === undefined ? {} : { window: { from: rfc3339(window.fromMs), to: rfc3339(window.toMs) } }),
  };
}
