import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import { LogHistogram, type LogHistogramAnswer } from './log-histogram.js';
import { LogSearch, type LogAnswer, type LogPage } from './log-search.js';
import { HistogramParameters, SearchParameters } from './logs.parameters.js';
import { Needs } from '../security/needs.js';

/** Each question can be asked with a query string or, when it is long, with a JSON body of the same names. */
@Controller('api/v1/logs')
@Needs('read')
export class LogsController {
  constructor(
    private readonly logs: LogSearch,
    private readonly histograms: LogHistogram,
  ) {}

  @Get()
  search(@Query({ schema: SearchParameters }) parameters: SearchParameters, @Disconnected() disconnected: AbortSignal): Promise<LogPage> {
    return this.logs.search(parameters, disconnected);
  }

  @Post()
  @HttpCode(200)
  searchByBody(
    @Body({ schema: SearchParameters }) parameters: SearchParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogPage> {
    return this.logs.search(parameters, disconnected);
  }

  @Get('histogram')
  histogram(
    @Query({ schema: HistogramParameters }) parameters: HistogramParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogHistogramAnswer> {
    return this.histograms.count(parameters, disconnected);
  }

  @Post('histogram')
  @HttpCode(200)
  histogramByBody(
    @Body({ schema: HistogramParameters }) parameters: HistogramParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogHistogramAnswer> {
    return this.histograms.count(parameters, disconnected);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<LogAnswer> {
    return this.logs.get(id);
  }
}
