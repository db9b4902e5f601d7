import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Needs } from '../security/needs.js';
import { FilterTrial, type TrialAnswer } from './filter-trial.js';
import { TestBody } from './filters.parameters.js';

/** Not for readers: who may have any value hashed can find out what a hash is of. */
@Controller('api/v1/filters')
@Needs('manage')
export class FiltersController {
  constructor(private readonly trial: FilterTrial) {}

  @Post('test')
  @HttpCode(200)
  test(@Body({ schema: TestBody }) body: TestBody): TrialAnswer {
    return this.trial.run(body);
  }
}
