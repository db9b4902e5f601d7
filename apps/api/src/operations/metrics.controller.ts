import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ApiParts } from '../api-parts.js';
import { Needs } from '../security/needs.js';

@Controller('metrics')
@Needs('read')
export class MetricsController {
  constructor(private readonly parts: ApiParts) {}

  @Get()
  async metrics(@Res() response: Response): Promise<void> {
    const { registry } = this.parts.metrics;
    response.set('content-type', registry.contentType).end(await registry.metrics());
  }
}
