import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { apiError } from '../error.filter.js';

/** Errors as Alertmanager's clients read them: the body is one JSON text. */
@Catch()
@Injectable()
export class AlertmanagerErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const error = apiError(thrown, host.switchToHttp().getRequest<Request>());
    if (error.retryAfterSeconds !== undefined) response.set('retry-after', String(error.retryAfterSeconds));
    response
      .set(error.headers)
      .status(error.status)
      .json(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  }
}
