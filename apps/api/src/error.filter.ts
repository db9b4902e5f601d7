import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { QueryError } from '#libs/query';
import { StoreError, type StoreErrorCode } from '#libs/store';
import type { Logger } from '#libs/telemetry';
import { alertingError } from './alerting/alerting-error.js';
import { ApiError, errorAnswer, type ErrorCode } from './errors.js';

/** Whoever asked knows all there is to know: nothing is wrong here. */
const TOLD: ReadonlySet<ErrorCode> = new Set(['alerting_elsewhere', 'receiver_failed', 'saved_searches_elsewhere']);

/** Turns whatever was thrown into the one error shape. What nobody expected is logged and told without details. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (thrown instanceof QueryError) {
      response.status(400).json(errorAnswer(thrown));
      return;
    }
    const error = apiError(thrown, request);
    if (error.status >= 500 && !TOLD.has(error.code))
      this.logger.error('request failed', { method: request.method, path: request.path, code: error.code, error: thrown });
    if (error.retryAfterSeconds !== undefined) response.set('retry-after', String(error.retryAfterSeconds));
    // A route may have said how long its answer may be kept; this is none.
    response
      .set({ 'cache-control': 'no-store', ...error.headers })
      .status(error.status)
      .json(errorAnswer(error));
  }
}

/** What is told of it. */
export function apiError(thrown: unknown, request: Request): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return (
    storeError(thrown) ??
    alertingError(thrown) ??
    requestError(thrown, request) ??
    new ApiError(500, 'internal', 'something went wrong here; the log of the process says what')
  );
}

function storeError(thrown: unknown): ApiError | undefined {
  if (!(thrown instanceof StoreError)) return undefined;
  if (thrown.code === 'store_timeout') {
    return new ApiError(504, 'search_timeout', thrown.message, { hint: 'narrow the times, or give a longer timeout', cause: thrown });
  }
  if (unanswerable.has(thrown.code)) return new ApiError(400, 'query_refused', thrown.message, { cause: thrown });
  return thrown.retryable
    ? new ApiError(503, 'store_unavailable', thrown.message, { retryAfterSeconds: 1, cause: thrown })
    : new ApiError(502, 'store_failed', thrown.message, { cause: thrown });
}

/** What the asker has to change, not the operator. */
const unanswerable: ReadonlySet<StoreErrorCode> = new Set(['store_query']);

/** What Nest, Express and its body parser refuse before a controller is reached. */
function requestError(thrown: unknown, request: Request): ApiError | undefined {
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusOf(thrown);
  if (status === undefined || status >= 500) return undefined;
  if (status === 404)
    return new ApiError(404, 'route_not_found', `nothing is at ${request.method} ${request.path}`, { hint: '/docs lists what there is' });
  if (status === 413) return new ApiError(413, 'body_too_large', 'the body is too large');
  const message = thrown instanceof Error ? thrown.message : 'the request cannot be read';
  // Nest keeps of a parser's error only its message; a body that was announced and is not there was not JSON.
  const parseFailed = request.body === undefined && request.headers['content-type'] !== undefined;
  return parseFailed
    ? new ApiError(400, 'body_invalid', `the body is not JSON: ${message}`)
    : new ApiError(status, 'request_invalid', message);
}

function statusOf(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : undefined;
}
