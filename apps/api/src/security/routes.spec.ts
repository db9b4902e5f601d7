import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { ApiParts } from '../api-parts.js';
import { ApiModule } from '../api.module.js';
import { accessOf } from './needs.js';

interface Walked {
  readonly route: string;
  readonly role: string | undefined;
  readonly action: string | undefined;
}

/** Every handler of every controller that the API has, as Nest's decorators describe them. */
function walk(): Walked[] {
  const reflector = new Reflector();
  const { controllers = [] } = ApiModule.register({} as ApiParts);
  return controllers.flatMap((controller) => {
    const prototype = controller.prototype as Record<string, unknown>;
    const handlers = Object.getOwnPropertyNames(prototype).map(
      (name) => Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown,
    );
    return handlers
      .filter((handler): handler is () => unknown => typeof handler === 'function' && Reflect.hasMetadata('method', handler))
      .map((handler) => {
        const method = RequestMethod[Reflect.getMetadata('method', handler) as number];
        const parts = [Reflect.getMetadata('path', controller), Reflect.getMetadata('path', handler)] as string[];
        const route = `${method} /${parts.filter((part) => part !== '/').join('/')}`;
        const { role, action } = accessOf(reflector, { getHandler: () => handler, getClass: <T>() => controller as unknown as T });
        return { route, role, action };
      });
  });
}

const ROUTES = walk();
/** A deletion keeps its own record, with what was deleted; trying filters on a line changes nothing. */
const NOT_RECORDED_HERE = new Set(['POST /api/v1/logs/delete', 'POST /api/v1/filters/test']);

describe('every route of the API', () => {
  it('is walked', () => {
    expect(ROUTES.length).toBeGreaterThan(45);
  });

  it('says which role it needs', () => {
    expect(ROUTES.filter(({ role }) => role === undefined)).toEqual([]);
  });

  it('is open to everybody only where it says nothing of anybody', () => {
    const open = ROUTES.filter(({ role }) => role === 'anyone').map(({ route }) => route);
    expect(open.sort()).toEqual([
      'GET /',
      'GET /assets/:file',
      'GET /docs',
      'GET /docs-json',
      'GET /docs/:asset',
      'GET /docs/start.js',
      'GET /favicon.svg',
      'GET /healthz',
      'GET /readyz',
    ]);
  });

  it('that changes something needs a manager and is kept in the audit records, and no other is', () => {
    const questions = new Set(
      [
        'logs',
        'logs/histogram',
        'logs/facets',
        'logs/export',
        'logs/tail',
        'fields',
        'fields/:name/values',
        'patterns',
        'query/validate',
        'rules/preview',
      ].map((path) => `POST /api/v1/${path}`),
    );
    const sends = new Set(['POST /api/v2/alerts']);
    for (const { route, role, action } of ROUTES) {
      const changes = !route.startsWith('GET ') && !questions.has(route) && !sends.has(route);
      const expected = { route, manages: changes, recorded: changes && !NOT_RECORDED_HERE.has(route) };
      const isReadByManagers = route.startsWith('GET ') && role === 'manage';
      expect({ route, manages: role === 'manage' && !isReadByManagers, recorded: action !== undefined }).toEqual(expected);
    }
  });
});
