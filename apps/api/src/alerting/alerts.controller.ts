import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { AlertBoard, type AlertsAnswer, type PastAlertAnswer } from './alert-board.js';
import { AcknowledgeBody, AlertParameters, HistoryParameters } from './alerts.parameters.js';
import { Changes, Needs } from '../security/needs.js';

@Controller('api/v1/alerts')
@Needs('read')
export class AlertsController {
  constructor(private readonly board: AlertBoard) {}

  @Get()
  list(@Query({ schema: AlertParameters }) parameters: AlertParameters): Promise<AlertsAnswer> {
    return this.board.list(parameters);
  }

  @Get('history')
  async history(@Query({ schema: HistoryParameters }) parameters: HistoryParameters): Promise<{ items: readonly PastAlertAnswer[] }> {
    return { items: await this.board.history(parameters) };
  }

  @Post(':fingerprint/acknowledge')
  @HttpCode(202)
  @Needs('manage')
  @Changes('alert.acknowledge')
  async acknowledge(
    @Param('fingerprint') fingerprint: string,
    @Body({ schema: AcknowledgeBody }) body: AcknowledgeBody,
  ): Promise<{ accepted: true }> {
    await this.board.acknowledge(fingerprint, body);
    return { accepted: true };
  }

  @Delete(':fingerprint/acknowledge')
  @HttpCode(202)
  @Needs('manage')
  @Changes('alert.unacknowledge')
  async unacknowledge(@Param('fingerprint') fingerprint: string): Promise<{ accepted: true }> {
    await this.board.unacknowledge(fingerprint);
    return { accepted: true };
  }
}
