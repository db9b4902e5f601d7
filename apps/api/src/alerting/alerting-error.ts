import { AlertsError, type AlertsErrorCode } from '#libs/alerts';
import { CoordinationError } from '#libs/coordination';
import { DocumentsError, VersionConflictError } from '#libs/documents';
import { ApiError, type ErrorCode } from '../errors.js';

const OF_ALERTS: Readonly<Record<AlertsErrorCode, readonly [status: number, code: ErrorCode]>> = {
  matcher_syntax: [400, 'matcher_invalid'],
  matcher_regex: [400, 'matcher_invalid'],
  silence_invalid: [400, 'silence_invalid'],
  silence_limit: [400, 'silence_limit'],
  silence_not_found: [404, 'silence_not_found'],
  duration_syntax: [400, 'parameter_invalid'],
};

/** Tried again this soon, a server that was restarted is back. */
const AGAIN_SECONDS = 1;

/** What the libraries of alerting refuse; undefined for anything else. */
export function alertingError(thrown: unknown): ApiError | undefined {
  if (thrown instanceof AlertsError) return new ApiError(...OF_ALERTS[thrown.code], thrown.message, { cause: thrown });
  if (thrown instanceof VersionConflictError) {
    const hint = 'read it again, and repeat the change with its version';
    return new ApiError(409, 'version_conflict', thrown.message, { hint, cause: thrown });
  }
  if (thrown instanceof DocumentsError) return documentsError(thrown);
  if (!(thrown instanceof CoordinationError)) return undefined;
  return unavailable(thrown);
}

function documentsError(thrown: DocumentsError): ApiError {
  const isRefused = thrown.code === 'documents_invalid' || thrown.code === 'documents_limit';
  return isRefused ? new ApiError(400, 'parameter_invalid', thrown.message, { cause: thrown }) : unavailable(thrown);
}

function unavailable(thrown: Error): ApiError {
  const message = `the state of alerts cannot be reached: ${thrown.message}`;
  return new ApiError(503, 'alerting_unavailable', message, { retryAfterSeconds: AGAIN_SECONDS, cause: thrown });
}
