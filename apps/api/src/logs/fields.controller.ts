import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import { Needs } from '../security/needs.js';
import { LogFields, type FieldValuesAnswer, type LogFieldsAnswer } from './log-fields.js';
import { FieldsParameters, ValuesParameters } from './logs.parameters.js';

/** What an input field completes from. */
@Controller('api/v1/fields')
@Needs('read')
export class FieldsController {
  constructor(private readonly fields: LogFields) {}

  @Get()
  list(
    @Query({ schema: FieldsParameters }) parameters: FieldsParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogFieldsAnswer> {
    return this.fields.list(parameters, disconnected);
  }

  @Post()
  @HttpCode(200)
  listByBody(
    @Body({ schema: FieldsParameters }) parameters: FieldsParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<LogFieldsAnswer> {
    return this.fields.list(parameters, disconnected);
  }

  @Get(':name/values')
  values(
    @Param('name') name: string,
    @Query({ schema: ValuesParameters }) parameters: ValuesParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<FieldValuesAnswer> {
    return this.fields.values(name, parameters, disconnected);
  }

  @Post(':name/values')
  @HttpCode(200)
  valuesByBody(
    @Param('name') name: string,
    @Body({ schema: ValuesParameters }) parameters: ValuesParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<FieldValuesAnswer> {
    return this.fields.values(name, parameters, disconnected);
  }
}
