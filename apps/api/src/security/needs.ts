import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Role } from '#libs/access';
import { ApiParts } from '../api-parts.js';
import { ApiError } from '../errors.js';
import { callerOf } from './front-door.js';

const ROLE = 'logweir:role';
const ACTION = 'logweir:action';

/** The role that a route needs, or all routes of a controller that say nothing else. A route without one is for nobody. */
export const Needs = (role: Role | 'anyone') => SetMetadata(ROLE, role);

/** What a route changes, as the audit records call it. */
export const Changes = (action: string) => SetMetadata(ACTION, action);

export interface RouteAccess {
  readonly role: Role | 'anyone' | undefined;
  readonly action: string | undefined;
}

/** What the decorators of a route say. */
export function accessOf(reflector: Reflector, context: Pick<ExecutionContext, 'getHandler' | 'getClass'>): RouteAccess {
  const targets = [context.getHandler(), context.getClass()];
  return {
    role: reflector.getAllAndOverride<Role | 'anyone' | undefined>(ROLE, targets),
    action: reflector.get<string | undefined>(ACTION, context.getHandler()),
  };
}

/** Lets nobody reach a handler without the role that it needs, whatever way the router found it. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly parts: ApiParts,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { role } = accessOf(this.reflector, context);
    if (role === undefined) throw new Error('bug: a route says of no role that it needs it');
    if (role === 'anyone') return true;
    const { caller, doorkeeper } = callerOf(context.switchToHttp().getRequest<Request>());
    const refusal = doorkeeper.refuse(caller, role);
    if (refusal === undefined) return true;
    const { status, code, message, ...details } = refusal;
    this.parts.metrics.accessRefused.inc({ code });
    throw new ApiError(status, code, message, details);
  }
}
