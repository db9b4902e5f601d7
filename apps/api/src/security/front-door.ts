import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { type Caller, type Doorkeeper, isRefusal, type Refusal } from '#libs/access';
import { answerCors, sendRefusal, setAnswerHeaders, webRefusal, type WebGuardSettings } from '#libs/http';

export interface FrontDoorOptions extends WebGuardSettings {
  readonly overTls: boolean;
  readonly doorkeeper: Doorkeeper;
  readonly isOneTooMany: (request: Request) => boolean;
  readonly onRefused: (code: string) => void;
}

interface Visit {
  readonly caller: Caller;
  readonly doorkeeper: Doorkeeper;
}

const visits = new WeakMap<Request, Visit>();
const QUESTIONS = new Set(['GET', 'HEAD']);
/** Asked by balancers and probes, which have no key and must be answered whatever else they send. */
const HEALTH = new Set(['/healthz', '/readyz']);

/** Before anything else of a request is looked at: who calls, from where, and what is known to be wrong with it. */
export function frontDoor(options: FrontDoorOptions): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    setAnswerHeaders(response, options.overTls);
    const atDoor = oneTooMany(options, request) ?? webRefusal(options, request);
    if (atDoor === undefined && answerCors(options, request, response)) return;
    const refusal = atDoor ?? admit(options.doorkeeper, request);
    if (refusal === undefined) {
      next();
      return;
    }
    options.onRefused(refusal.code);
    sendRefusal(response, refusal);
  };
}

/** Who calls; for every request that came through the front door. */
export function callerOf(request: Request): Visit {
  const visit = visits.get(request);
  if (visit === undefined) throw new Error('bug: a request came past the front door');
  return visit;
}

function oneTooMany({ isOneTooMany }: FrontDoorOptions, request: Request): Refusal | undefined {
  if (!isOneTooMany(request)) return undefined;
  const message = 'this address has too many connections open';
  return { status: 429, code: 'too_many_connections', message, headers: { 'retry-after': '1' } };
}

/** Which role a route needs is its own matter; but the body of a stranger is not even read. */
function admit(doorkeeper: Doorkeeper, request: Request): Refusal | undefined {
  const isQuestion = QUESTIONS.has(request.method);
  const authorization = isQuestion && HEALTH.has(request.path) ? undefined : request.headers.authorization;
  const caller = doorkeeper.identify(authorization, request.socket.remoteAddress);
  if (isRefusal(caller)) {
    if (caller.code !== 'keys_unavailable' || !isQuestion) return caller;
    visits.set(request, { caller: { actor: 'anyone', role: undefined }, doorkeeper });
    return undefined;
  }
  visits.set(request, { caller, doorkeeper });
  return isQuestion || caller.role !== undefined ? undefined : doorkeeper.refuse(caller, 'read');
}
