import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Disconnected } from '../disconnected.js';
import type { DeletionState } from './deletion-job.js';
import { callerOf } from '../security/front-door.js';
import { Changes, Needs } from '../security/needs.js';
import { DeleteBody } from './deletions.parameters.js';
import { type DeletionCount, Deletions } from './deletions.service.js';

/** In two steps: the first counts and gives a token, the second, with the token, deletes. */
@Controller('api/v1/logs/delete')
@Needs('manage')
export class DeletionsController {
  constructor(private readonly deletions: Deletions) {}

  @Post()
  @HttpCode(200)
  async delete(
    @Body({ schema: DeleteBody }) body: DeleteBody,
    @Disconnected() disconnected: AbortSignal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DeletionCount | DeletionState> {
    if (body.confirm === undefined) return this.deletions.count(body, disconnected);
    response.status(202);
    return this.deletions.start({ ...body, confirm: body.confirm }, callerOf(request).caller.actor);
  }

  @Get()
  list(): { readonly items: readonly DeletionState[] } {
    return { items: this.deletions.list() };
  }

  @Get(':id')
  get(@Param('id') id: string): DeletionState {
    return this.deletions.get(id);
  }

  @Delete(':id')
  @Changes('logs.delete.cancel')
  cancel(@Param('id') id: string): DeletionState {
    return this.deletions.cancel(id);
  }
}
