import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { type ExaminedQuery, examineQuery, QueryError } from '#libs/query';
import { errorAnswer, type ErrorAnswer } from '../errors.js';
import { question } from '../logs/logs.parameters.js';
import { parameters } from '../parameters.js';
import { Needs } from '../security/needs.js';

export const ValidateParameters = parameters({ q: question.q });
export type ValidateParameters = z.output<typeof ValidateParameters>;

export type ValidateAnswer = ({ readonly valid: true } & ExaminedQuery) | ({ readonly valid: false } & ErrorAnswer);

/** What somebody types is looked at without asking the store. */
@Controller('api/v1/query')
@Needs('read')
export class QueriesController {
  @Get('validate')
  validate(@Query({ schema: ValidateParameters }) { q }: ValidateParameters): ValidateAnswer {
    try {
      return { valid: true, ...examineQuery(q) };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { valid: false, ...errorAnswer(error) };
    }
  }

  @Post('validate')
  @HttpCode(200)
  validateByBody(@Body({ schema: ValidateParameters }) given: ValidateParameters): ValidateAnswer {
    return this.validate(given);
  }
}
