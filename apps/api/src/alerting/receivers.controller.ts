import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import { AnyBody } from './alerts.parameters.js';
import { type ReceiverAnswer, ReceiversService, type TestAnswer } from './receivers.service.js';
import { ChangeParameters } from './rules.parameters.js';
import { Changes, Needs } from '../security/needs.js';

@Controller('api/v1/receivers')
@Needs('read')
export class ReceiversController {
  constructor(private readonly receivers: ReceiversService) {}

  @Get()
  async list(): Promise<{ items: readonly ReceiverAnswer[] }> {
    return { items: await this.receivers.list() };
  }

  @Get(':name')
  get(@Param('name') name: string): Promise<ReceiverAnswer> {
    return this.receivers.get(name);
  }

  @Put(':name')
  @Needs('manage')
  @Changes('receiver.replace')
  replace(
    @Param('name') name: string,
    @Body({ schema: AnyBody }) body: unknown,
    @Query({ schema: ChangeParameters }) { version }: ChangeParameters,
  ): Promise<ReceiverAnswer> {
    return this.receivers.replace(name, body, version);
  }

  @Delete(':name')
  @HttpCode(204)
  @Needs('manage')
  @Changes('receiver.remove')
  remove(@Param('name') name: string, @Query({ schema: ChangeParameters }) { version }: ChangeParameters): Promise<void> {
    return this.receivers.remove(name, version);
  }

  @Post(':name/test')
  @HttpCode(200)
  @Needs('manage')
  @Changes('receiver.test')
  test(@Param('name') name: string, @Disconnected() disconnected: AbortSignal): Promise<TestAnswer> {
    return this.receivers.test(name, disconnected);
  }
}
