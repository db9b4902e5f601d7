import { Controller, Get } from '@nestjs/common';
import { VERSION } from '#libs/service';
import { ApiParts } from '../api-parts.js';
import { Needs } from '../security/needs.js';
import type { IngestView } from './ingest-view.js';

export interface StatusAnswer extends Partial<IngestView> {
  readonly node: string;
  readonly version: string;
  readonly uptime_seconds: number;
  /** As `/readyz`. */
  readonly ready: boolean;
  readonly conditions: readonly { readonly name: string; readonly ok: boolean; readonly reason: string }[];
}

/** How this process is, in one answer. Counters, from which whoever asks twice makes rates. */
@Controller('api/v1/status')
@Needs('read')
export class StatusController {
  private readonly startedMs: number;

  constructor(private readonly parts: ApiParts) {
    this.startedMs = parts.now();
  }

  @Get()
  async status(): Promise<StatusAnswer> {
    const { ready, parts } = await this.parts.readiness.report();
    return {
      node: this.parts.node,
      version: VERSION,
      uptime_seconds: Math.max(0, Math.floor((this.parts.now() - this.startedMs) / 1_000)),
      ready,
      conditions: Object.entries(parts).map(([name, { ok, reason }]) => ({ name, ok, reason })),
      ...this.parts.ingest?.(),
    };
  }
}
