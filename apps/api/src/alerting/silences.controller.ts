import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { GettableSilence } from '#libs/alerts';
import { AnyBody, FilterParameters } from './alerts.parameters.js';
import { SilenceDesk } from './silence-desk.js';
import { Changes, Needs } from '../security/needs.js';

@Controller('api/v1/silences')
@Needs('read')
export class SilencesController {
  constructor(private readonly desk: SilenceDesk) {}

  @Get()
  list(@Query({ schema: FilterParameters }) { filter }: FilterParameters): { items: readonly GettableSilence[] } {
    return { items: this.desk.list(filter) };
  }

  @Post()
  @Needs('manage')
  @Changes('silence.create')
  create(@Body({ schema: AnyBody }) body: unknown): Promise<GettableSilence> {
    return this.desk.put(body);
  }

  @Get(':id')
  get(@Param('id') id: string): GettableSilence {
    return this.desk.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('manage')
  @Changes('silence.expire')
  remove(@Param('id') id: string): Promise<void> {
    return this.desk.expire(id);
  }
}
