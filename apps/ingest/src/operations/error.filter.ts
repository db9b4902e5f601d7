import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { JournalFullError } from '#libs/journal';

/** An error that the asker can mend. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Every answer that is not a success is `{error: {code, message}}`, as the API's are. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, code, message } = requestError(thrown);
    if (response.headersSent) response.destroy();
    else response.status(status).json({ error: { code, message } });
  }
}

function requestError(thrown: unknown): RequestError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (thrown instanceof RequestError) return thrown;
  if (thrown instanceof JournalFullError) return new RequestError(503, thrown.code, message);
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOf(thrown);
  if (status === 404) return new RequestError(404, 'route_not_found', message);
  return status < 500 ? new RequestError(status, 'request_invalid', message) : new RequestError(500, 'internal', message);
}

/** Express and its body parser put the status on the error. */
function statusOf(thrown: unknown): number {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : 500;
}
