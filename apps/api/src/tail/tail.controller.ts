import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Needs } from '../security/needs.js';
import { TailParameters } from './tail.parameters.js';
import { Tails } from './tails.js';

/** What comes in, as it comes. */
@Controller('api/v1/logs/tail')
@Needs('read')
export class TailController {
  constructor(private readonly tails: Tails) {}

  @Get()
  tail(@Query({ schema: TailParameters }) parameters: TailParameters, @Req() request: Request, @Res() response: Response): Promise<void> {
    return this.tails.run(parameters, request, response);
  }

  @Post()
  @HttpCode(200)
  tailByBody(
    @Body({ schema: TailParameters }) parameters: TailParameters,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.tails.run(parameters, request, response);
  }
}
