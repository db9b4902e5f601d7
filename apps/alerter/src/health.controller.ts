import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Metrics, Readiness, type ReadinessReport } from '#libs/telemetry';

@Controller()
export class HealthController {
  constructor(
    private readonly parts: Readiness,
    private readonly counters: Metrics,
  ) {}

  @Get('healthz')
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async readiness(@Res({ passthrough: true }) response: Response): Promise<ReadinessReport> {
    const report = await this.parts.report();
    response.status(report.ready ? 200 : 503);
    return report;
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.type(this.counters.registry.contentType);
    return this.counters.registry.metrics();
  }
}
