import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { ReadinessReport } from '#libs/telemetry';
import { OperationsParts } from './operations-parts.js';

@Controller()
export class HealthController {
  constructor(private readonly parts: OperationsParts) {}

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

  @Get('metrics')
  async metrics(@Res() response: Response): Promise<void> {
    const { registry } = this.parts.metrics;
    response.set('content-type', registry.contentType).end(await registry.metrics());
  }
}
