import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { DeskPage, ReadableLetter } from '../rejection-desk.js';
import { OperationsParts } from './operations-parts.js';
import { RequestError } from './error.filter.js';

interface ListParameters {
  readonly limit?: string;
  readonly cursor?: string;
  readonly type?: string;
}

interface ReplayAnswer {
  readonly replayed: number;
}

/** Each letter can be as large as a record. */
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** What the API says about dead letters in the hub, for a process that has no API. */
@Controller('api/v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly parts: OperationsParts) {}

  @Get()
  list(@Query() { limit, cursor, type }: ListParameters): Promise<DeskPage> {
    const after = oneText('cursor', cursor);
    const only = oneText('type', type);
    return this.parts.deadLetters.list({
      limit: limitOf(limit),
      ...(after === undefined ? {} : { after }),
      ...(only === undefined ? {} : { type: only }),
    });
  }

  @Get(':id')
  async get(@Param('id') id: string): Promise<ReadableLetter> {
    return (await this.parts.deadLetters.get(id)) ?? missing();
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (!(await this.parts.deadLetters.remove(id))) missing();
  }

  @Post(':id/replay')
  @HttpCode(200)
  async replay(@Param('id') id: string, @Body() body: unknown): Promise<ReplayAnswer> {
    if (!(await this.parts.deadLetters.replay(id, correctedRecord(body)))) missing();
    return { replayed: 1 };
  }
}

function limitOf(given: string | undefined): number {
  const limit = given === undefined ? DEFAULT_LIMIT : Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RequestError(400, 'parameter_invalid', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
}

/** A parameter that is given twice arrives as an array. */
function oneText(name: string, given: unknown): string | undefined {
  if (given === undefined || typeof given === 'string') return given;
  throw new RequestError(400, 'parameter_invalid', `${name} must be given once`);
}

function correctedRecord(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const record = isObject(body) ? body['record'] : undefined;
  if (record === undefined || isObject(record)) return record;
  throw new RequestError(400, 'parameter_invalid', 'record must be one record');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(): never {
  throw new RequestError(404, 'dead_letter_not_found', 'no dead letter has this id: it may have been replayed or deleted');
}
