import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ChangeParameters } from '../alerting/rules.parameters.js';
import { Changes, Needs } from '../security/needs.js';
import { SavedSearchBody } from './saved-searches.parameters.js';
import { type SavedSearch, SavedSearches } from './saved-searches.service.js';

@Controller('api/v1/saved-searches')
@Needs('read')
export class SavedSearchesController {
  constructor(private readonly searches: SavedSearches) {}

  @Get()
  async list(): Promise<{ items: readonly SavedSearch[] }> {
    return { items: await this.searches.list() };
  }

  @Post()
  @Needs('manage')
  @Changes('saved-search.create')
  create(@Body({ schema: SavedSearchBody }) body: SavedSearchBody): Promise<SavedSearch> {
    return this.searches.create(body);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<SavedSearch> {
    return this.searches.get(id);
  }

  @Put(':id')
  @Needs('manage')
  @Changes('saved-search.replace')
  replace(
    @Param('id') id: string,
    @Body({ schema: SavedSearchBody }) body: SavedSearchBody,
    @Query({ schema: ChangeParameters }) { version }: ChangeParameters,
  ): Promise<SavedSearch> {
    return this.searches.replace(id, body, version);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('manage')
  @Changes('saved-search.remove')
  remove(@Param('id') id: string, @Query({ schema: ChangeParameters }) { version }: ChangeParameters): Promise<void> {
    return this.searches.remove(id, version);
  }
}
