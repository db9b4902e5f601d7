import { type Answer, RequestError, type Route, type RouteRequest } from '#libs/http';
import { JournalFullError } from '#libs/journal';
import type { RejectionDesk } from './rejection-desk.js';

/** Each letter can be as large as a record. */
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;
const PATH = '/api/v1/dead-letters';

/** What the API says about dead letters in the hub, for a process that has no API. */
export function deadLetterRoutes(desk: RejectionDesk): Route[] {
  return [
    { method: 'GET', path: PATH, role: 'read', answer: ({ query }) => list(desk, query) },
    { method: 'GET', path: `${PATH}/:id`, role: 'read', answer: async ({ params }) => found(await desk.get(params['id'] ?? '')) },
    {
      method: 'DELETE',
      path: `${PATH}/:id`,
      role: 'manage',
      action: 'dead-letter.remove',
      answer: async ({ params }) => ((await desk.remove(params['id'] ?? '')) ? { status: 204 } : missing()),
    },
    {
      method: 'POST',
      path: `${PATH}/:id/replay`,
      role: 'manage',
      action: 'dead-letter.replay',
      answer: (request) => replay(desk, request),
    },
  ];
}

async function list(desk: RejectionDesk, query: URLSearchParams): Promise<Answer> {
  const after = oneText('cursor', query);
  const only = oneText('type', query);
  const request = { limit: limitOf(oneText('limit', query)), ...(after && { after }), ...(only && { type: only }) };
  return { status: 200, body: await desk.list(request) };
}

async function replay(desk: RejectionDesk, { params, body }: RouteRequest): Promise<Answer> {
  try {
    if (!(await desk.replay(params['id'] ?? '', correctedRecord(body)))) missing();
    return { status: 200, body: { replayed: 1 } };
  } catch (error) {
    throw error instanceof JournalFullError ? new RequestError(503, error.code, error.message) : error;
  }
}

function limitOf(given: string | undefined): number {
  const limit = given === undefined ? DEFAULT_LIMIT : Number(given);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RequestError(400, 'parameter_invalid', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
}

function oneText(name: string, query: URLSearchParams): string | undefined {
  const given = query.getAll(name);
  if (given.length > 1) throw new RequestError(400, 'parameter_invalid', `${name} must be given once`);
  return given[0];
}

function correctedRecord(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const record = isObject(body) ? body['record'] : undefined;
  if (record === undefined || isObject(record)) return record;
  throw new RequestError(400, 'parameter_invalid', 'record must be one record');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function found(letter: unknown): Answer {
  return letter === undefined ? missing() : { status: 200, body: letter };
}

function missing(): never {
  throw new RequestError(404, 'dead_letter_not_found', 'no dead letter has this id: it may have been replayed or deleted');
}
