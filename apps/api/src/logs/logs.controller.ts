import { Body, Controller, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import { LogContext, type LogContextAnswer } from './log-context.js';
import { LogFacets, type LogFacetsAnswer } from './log-facets.js';
import { LogHistogram, type LogHistogramAnswer } from './log-histogram.js';
import { LogSearch, type LogAnswer, type LogPage } from './log-search.js';
import { ContextParameters, FacetParameters, HistogramParameters, SearchParameters } from './logs.parameters.js';
import { Needs } from '../security/needs.js';

/** Each question can be asked with a query string or, when it is long, with a JSON body of the same names. */
@Controller('api/v1/logs')
@Needs('read')
export class LogsController {
  constructor(
    private readonly logs: LogSearch,
    private readonly histograms: LogHistogram,
    private readonly facetCounts: LogFacets,
    private readonly contexts: LogContext,
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

  @Get('facets')
  facets(
    @Query({ schema: FacetParameters }) parameters: FacetParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogFacetsAnswer> {
    return this.facetCounts.count(parameters, disconnected);
  }

  @Post('facets')
  @HttpCode(200)
  facetsByBody(
    @Body({ schema: FacetParameters }) parameters: FacetParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogFacetsAnswer> {
    return this.facetCounts.count(parameters, disconnected);
  }

  /** Browsers may keep a record, as it never changes, but ask each time whether it is still there. */
  @Get(':id')
  @Header('cache-control', 'private, no-cache')
  get(@Param('id') id: string): Promise<LogAnswer> {
    return this.logs.get(id);
  }

  @Get(':id/context')
  context(
    @Param('id') id: string,
    @Query({ schema: ContextParameters }) parameters: ContextParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogContextAnswer> {
    return this.contexts.around(id, parameters, disconnected);
  }
}
