import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { Disconnected } from '../disconnected.js';
import type { DeadLetter, DeadLetterPage } from './dead-letter-desk.js';
import { ListParameters, ReplayAllBody, ReplayBody } from './dead-letters.parameters.js';
import { DeadLetters, type ReplayAnswer } from './dead-letters.service.js';
import { Changes, Needs } from '../security/needs.js';

@Controller('api/v1/dead-letters')
@Needs('read')
export class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  list(@Query({ schema: ListParameters }) parameters: ListParameters): Promise<DeadLetterPage> {
    return this.letters.list(parameters);
  }

  @Post('replay')
  @HttpCode(200)
  @Needs('manage')
  @Changes('dead-letter.replay-all')
  replayAll(@Body({ schema: ReplayAllBody }) body: ReplayAllBody, @Disconnected() disconnected: AbortSignal): Promise<ReplayAnswer> {
    return this.letters.replayAll(body, disconnected);
  }

  @Get(':id')
  get(@Param('id') id: string): Promise<DeadLetter> {
    return this.letters.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @Needs('manage')
  @Changes('dead-letter.remove')
  remove(@Param('id') id: string): Promise<void> {
    return this.letters.remove(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Needs('manage')
  @Changes('dead-letter.replay')
  replay(@Param('id') id: string, @Body({ schema: ReplayBody }) body: ReplayBody): Promise<ReplayAnswer> {
    return this.letters.replay(id, body);
  }
}
