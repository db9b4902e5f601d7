import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { catchError, concatMap, type Observable } from 'rxjs';
import type { AuditEntry } from '#libs/access';
import { ApiParts } from '../api-parts.js';
import { callerOf } from './front-door.js';
import { accessOf } from './needs.js';

/** Keeps who changed what, before the answer says that it is done. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly parts: ApiParts,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { action } = accessOf(this.reflector, context);
    if (action === undefined) return next.handle();
    const request = context.switchToHttp().getRequest<Request>();
    const keep = (outcome: AuditEntry['outcome'], target: string, detail?: AuditEntry['detail']): Promise<void> =>
      this.parts.audit.append({
        at: new Date(this.parts.now()).toISOString(),
        actor: callerOf(request).caller.actor,
        action,
        target,
        outcome,
        ...(detail && { detail }),
      });
    const given = Object.values(request.params).join('/');
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        await keep('done', given || nameIn(answer), countIn(answer));
        return answer;
      }),
      catchError(async (error: unknown) => {
        await keep('refused', given, { reason: error instanceof Error ? error.message.slice(0, 500) : 'unknown' });
        throw error;
      }),
    );
  }
}

/** What was made got its name by being made. */
function nameIn(answer: unknown): string {
  const { name, id, silenceID } = (answer ?? {}) as Record<string, unknown>;
  const found = name ?? id ?? silenceID;
  return typeof found === 'string' ? found : '';
}

function countIn(answer: unknown): AuditEntry['detail'] {
  const { replayed } = (answer ?? {}) as Record<string, unknown>;
  return replayed === undefined ? undefined : { replayed };
}
