import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { ReadinessReport } from '#libs/telemetry';
import { ApiParts } from '../api-parts.js';
import { Needs } from '../security/needs.js';

@Controller()
@Needs('anyone')
export class HealthController {
  constructor(private readonly parts: ApiParts) {}

  /** The process answers; whether it can work is the other question. */
  @Get('healthz')
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readiness(@Res({ passthrough: true }) response: Response): Promise<ReadinessReport> {
    const report = await this.parts.readiness.report();
    response.status(report.ready ? 200 : 503);
    return report;
  }
}
