import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, UseFilters } from '@nestjs/common';
import type { ApiAlert, ApiGroup, ApiStatus, GettableSilence } from '#libs/alerts';
import { AlertBoard } from './alert-board.js';
import { AlertmanagerDesk } from './alertmanager-desk.js';
import { AlertmanagerErrorFilter } from './alertmanager-error.filter.js';
import { AlertmanagerParameters, AnyBody, FilterParameters } from './alerts.parameters.js';
import { SilenceDesk } from './silence-desk.js';
import { Changes, Needs } from '../security/needs.js';

/** What amtool, Prometheus, Grafana and others speak with an Alertmanager (its API version 2), in its words. */
@Controller('api/v2')
@Needs('read')
@UseFilters(AlertmanagerErrorFilter)
export class AlertmanagerController {
  constructor(
    private readonly board: AlertBoard,
    private readonly silences: SilenceDesk,
    private readonly desk: AlertmanagerDesk,
  ) {}

  @Get('status')
  status(): ApiStatus {
    return this.desk.status();
  }

  @Get('receivers')
  receivers(): readonly { name: string }[] {
    return this.desk.receivers();
  }

  @Get('alerts')
  alerts(@Query({ schema: AlertmanagerParameters }) parameters: AlertmanagerParameters): Promise<readonly ApiAlert[]> {
    return this.board.apiAlerts(parameters);
  }

  @Post('alerts')
  @HttpCode(200)
  @Needs('ingest')
  postAlerts(@Body({ schema: AnyBody }) body: unknown): Promise<void> {
    return this.desk.post(body);
  }

  @Get('alerts/groups')
  groups(@Query({ schema: AlertmanagerParameters }) parameters: AlertmanagerParameters): Promise<readonly ApiGroup[]> {
    return this.board.apiGroups(parameters);
  }

  @Get('silences')
  listSilences(@Query({ schema: FilterParameters }) { filter }: FilterParameters): readonly GettableSilence[] {
    return this.silences.list(filter);
  }

  @Post('silences')
  @HttpCode(200)
  @Needs('manage')
  @Changes('silence.create')
  async postSilence(@Body({ schema: AnyBody }) body: unknown): Promise<{ silenceID: string }> {
    return { silenceID: (await this.silences.put(body)).id };
  }

  @Get('silence/:id')
  getSilence(@Param('id') id: string): GettableSilence {
    return this.silences.get(id);
  }

  @Delete('silence/:id')
  @HttpCode(200)
  @Needs('manage')
  @Changes('silence.expire')
  deleteSilence(@Param('id') id: string): Promise<void> {
    return this.silences.expire(id);
  }
}
