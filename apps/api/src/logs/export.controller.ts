import { Body, Controller, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Needs } from '../security/needs.js';
import { LogExport } from './log-export.js';
import { ExportParameters } from './logs.parameters.js';

@Controller('api/v1/logs/export')
@Needs('read')
export class ExportController {
  constructor(private readonly exports: LogExport) {}

  @Get()
  export(@Query({ schema: ExportParameters }) parameters: ExportParameters, @Res() response: Response): Promise<void> {
    return this.exports.send(parameters, response);
  }

  @Post()
  @HttpCode(200)
  exportByBody(@Body({ schema: ExportParameters }) parameters: ExportParameters, @Res() response: Response): Promise<void> {
    return this.exports.send(parameters, response);
  }
}
