import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import { Needs } from '../security/needs.js';
import { PatternsParameters } from './patterns.parameters.js';
import { PatternList, type PatternsAnswer } from './patterns.service.js';

@Controller('api/v1/patterns')
@Needs('read')
export class PatternsController {
  constructor(private readonly patterns: PatternList) {}

  @Get()
  list(
    @Query({ schema: PatternsParameters }) parameters: PatternsParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<PatternsAnswer> {
    return this.patterns.list(parameters, disconnected);
  }

  @Post()
  @HttpCode(200)
  listByBody(
    @Body({ schema: PatternsParameters }) parameters: PatternsParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<PatternsAnswer> {
    return this.patterns.list(parameters, disconnected);
  }
}
