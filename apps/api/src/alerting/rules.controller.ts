import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import type { ExplainAnswer, RuleAnswer } from './rule-answer.js';
import { type PreviewAnswer, RulePreview } from './rule-preview.js';
import { ChangeParameters, PreviewBody, RuleBody } from './rules.parameters.js';
import { RulesService } from './rules.service.js';
import { Changes, Needs } from '../security/needs.js';

@Controller('api/v1/rules')
@Needs('read')
export class RulesController {
  constructor(
    private readonly rules: RulesService,
    private readonly previews: RulePreview,
  ) {}

  @Get()
  async list(): Promise<{ items: readonly RuleAnswer[] }> {
    return { items: await this.rules.list() };
  }

  @Post()
  @Needs('manage')
  @Changes('rule.create')
  create(@Body({ schema: RuleBody }) source: unknown): Promise<RuleAnswer> {
    return this.rules.create(source);
  }

  @Post('preview')
  @HttpCode(200)
  preview(@Body({ schema: PreviewBody }) body: PreviewBody, @Disconnected() disconnected: AbortSignal): Promise<PreviewAnswer> {
    return this.previews.run(body, disconnected);
  }

  @Get(':name')
  get(@Param('name') name: string): Promise<RuleAnswer> {
    return this.rules.get(name);
  }

  @Put(':name')
  @Needs('manage')
  @Changes('rule.replace')
  replace(
    @Param('name') name: string,
    @Body({ schema: RuleBody }) source: unknown,
    @Query({ schema: ChangeParameters }) { version }: ChangeParameters,
  ): Promise<RuleAnswer> {
    return this.rules.replace(name, source, version);
  }

  @Delete(':name')
  @HttpCode(204)
  @Needs('manage')
  @Changes('rule.remove')
  remove(@Param('name') name: string, @Query({ schema: ChangeParameters }) { version }: ChangeParameters): Promise<void> {
    return this.rules.remove(name, version);
  }

  @Get(':name/explain')
  explain(@Param('name') name: string): Promise<ExplainAnswer> {
    return this.rules.explain(name);
  }
}
