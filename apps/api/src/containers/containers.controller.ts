import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Disconnected } from '../disconnected.js';
import { Needs } from '../security/needs.js';
import { ContainerDirectory, type ContainersAnswer } from './container-directory.js';
import { ContainerLogs } from './container-logs.js';
import { ContainerLogsParameters, ContainersParameters } from './containers.parameters.js';
import { sendText, TextStreams } from './text-streams.js';

/** What people who know `docker ps` and `docker logs` ask. */
@Controller('api/v1/containers')
@Needs('read')
export class ContainersController {
  constructor(
    private readonly directory: ContainerDirectory,
    private readonly logs: ContainerLogs,
    private readonly streams: TextStreams,
  ) {}

  @Get()
  list(
    @Query({ schema: ContainersParameters }) parameters: ContainersParameters,
    @Disconnected() disconnected: AbortSignal,
  ): Promise<ContainersAnswer> {
    return this.directory.list(parameters, disconnected);
  }

  @Get(':container/logs')
  async read(
    @Param('container') container: string,
    @Query({ schema: ContainerLogsParameters }) parameters: ContainerLogsParameters,
    @Disconnected() disconnected: AbortSignal,
    @Res() response: Response,
  ): Promise<void> {
    await this.streams.run(parameters.follow ? 'follow' : 'read', async (ending) => {
      const filter = await this.directory.find(container, disconnected);
      const ended = AbortSignal.any([disconnected, ending]);
      await sendText(response, this.logs.read(filter, parameters, ended), ended);
    });
  }
}
