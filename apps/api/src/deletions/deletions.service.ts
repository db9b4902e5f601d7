import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { formatTime } from '#libs/query';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { composeQuery } from '../logs/filter.js';
import { SearchSlots } from '../logs/search-slots.js';
import { timeRange } from '../logs/time-range.js';
import { CONFIRMATION_MS, issueConfirmation, readConfirmation } from './confirmation.js';
import { DeletionJob, type DeletionState } from './deletion-job.js';
import type { DeleteBody } from './deletions.parameters.js';

/** States kept for whoever asks later; the audit records are kept longer. */
const MAX_KEPT = 20;
/** A count reads every record in the range when it must. */
const COUNT_MS = 60_000;
const DAY_MS = 86_400_000;

export interface DeletionCount {
  readonly matched: number;
  readonly from: string;
  readonly to: string;
  readonly confirm: string;
  readonly expires: string;
}

/** One deletion at a time in a process: each rewrites files, or keeps a cluster busy. */
@Injectable()
export class Deletions implements OnModuleDestroy {
  private readonly jobs = new Map<string, DeletionJob>();
  private running: { readonly job: DeletionJob; readonly ended: Promise<void> } | undefined;

  constructor(
    private readonly parts: ApiParts,
    private readonly slots: SearchSlots,
  ) {}

  async count(body: DeleteBody, disconnected: AbortSignal): Promise<DeletionCount> {
    const nowMs = this.parts.now();
    const range = timeRange(body, nowMs);
    const request = { query: composeQuery(body.q, body.filter), ...range, intervalMs: DAY_MS, timeoutMs: COUNT_MS };
    const result = await this.slots.run({ kind: 'histogram', timeoutMs: COUNT_MS, disconnected }, (signal) =>
      this.parts.reader.histogram({ ...request, signal }),
    );
    if (result.partial) {
      const reason = result.warnings.join('; ');
      throw new ApiError(504, 'search_timeout', `what matches could not be counted: ${reason}`, { hint: 'narrow the range' });
    }
    const confirm = issueConfirmation(body, { ...range, matched: result.total }, nowMs);
    const expires = new Date(nowMs + CONFIRMATION_MS).toISOString();
    return { matched: result.total, from: formatTime(range.fromNs), to: formatTime(range.toNs), confirm, expires };
  }

  async start(body: DeleteBody & { readonly confirm: string }, actor: string): Promise<DeletionState> {
    const { q, filter, from, to } = body;
    const question = { q, filter, from, to };
    const counted = readConfirmation(body.confirm, question, this.parts.now());
    if (this.running !== undefined) {
      throw new ApiError(409, 'deletion_running', `deletion ${this.running.job.state.id} is still running`, {
        hint: 'wait for its end, or cancel it',
      });
    }
    const order = { id: randomBytes(6).toString('hex'), question, counted, query: composeQuery(q, filter) };
    const job = new DeletionJob(this.parts, order);
    this.running = { job, ended: this.carryOut(job, actor) };
    this.keep(job);
    return job.state;
  }

  list(): readonly DeletionState[] {
    return [...this.jobs.values()].map(({ state }) => state).reverse();
  }

  get(id: string): DeletionState {
    return this.job(id).state;
  }

  /** It ends soon after. */
  cancel(id: string): DeletionState {
    const job = this.job(id);
    job.cancel();
    return job.state;
  }

  async onModuleDestroy(): Promise<void> {
    this.running?.job.cancel();
    await this.running?.ended;
  }

  private async carryOut(job: DeletionJob, actor: string): Promise<void> {
    await this.record(job, actor, 'logs.delete.start');
    await job.run();
    this.running = undefined;
    const { id, state, deleted, reason } = job.state;
    this.parts.logger.info('deletion ended', { id, state, deleted, ...(reason === undefined ? {} : { reason }) });
    await this.record(job, actor, 'logs.delete');
  }

  private async record({ state }: DeletionJob, actor: string, action: string): Promise<void> {
    const { id: target, warnings: _, ...detail } = state;
    await this.parts.audit.append({ at: new Date(this.parts.now()).toISOString(), actor, action, target, outcome: 'done', detail });
  }

  private job(id: string): DeletionJob {
    const job = this.jobs.get(id);
    if (job !== undefined) return job;
    throw new ApiError(404, 'deletion_not_found', 'no deletion has this id', {
      hint: `this process knows the last ${MAX_KEPT} since it began; a restart ends one that runs: count again`,
    });
  }

  private keep(job: DeletionJob): void {
    this.jobs.set(job.state.id, job);
    const [oldest] = this.jobs.keys();
    if (this.jobs.size > MAX_KEPT && oldest !== undefined) this.jobs.delete(oldest);
  }
}
