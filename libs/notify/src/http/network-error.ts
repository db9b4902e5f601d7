import { DeliveryError, DeniedAddressError } from '../errors.js';

/** Nothing of the request had left when these came. */
const NEVER_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Of certificates that cannot be trusted: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/;

/** A failure below HTTP as a DeliveryError: all of them may pass, except an address that may not be reached. */
export function networkError(peer: string, error: unknown): DeliveryError {
  const denied = causeOf(error, (cause) => cause instanceof DeniedAddressError);
  if (denied instanceof DeniedAddressError) return new DeliveryError(`${peer}: ${denied.message}`, { retryable: false });
  const code = codeOf(error);
  const uncertain = !NEVER_REACHED.has(code) && !CERTIFICATE.test(code);
  return new DeliveryError(`${peer} cannot be reached: ${describe(code, error)}`, { retryable: true, ...(uncertain ? { uncertain } : {}) });
}

function describe(code: string, error: unknown): string {
  if (code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')) return 'what it answered is not HTTP';
  if (code !== '') return code;
  return error instanceof Error ? error.name : 'unknown error';
}

/** Of a failure on several addresses, the code of the last. */
function codeOf(error: unknown): string {
  const found = causeOf(error, (cause) => typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string');
  return typeof found === 'object' && found !== null && 'code' in found && typeof found.code === 'string' ? found.code : '';
}

function causeOf(error: unknown, wanted: (cause: unknown) => boolean): unknown {
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth += 1) {
    if (wanted(cause)) return cause;
    if (cause instanceof AggregateError) cause = cause.errors.find(wanted) ?? cause.cause;
    else cause = cause instanceof Error ? cause.cause : undefined;
  }
  return undefined;
}
