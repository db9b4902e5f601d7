import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Readiness, type ReadinessReport } from '#libs/telemetry';

@Controller()
export class HealthController {
  constructor(private readonly parts: Readiness) {}

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
}
