import type { Role } from '#libs/access';

export interface RouteRequest {
  /** By the names in the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON; or as it is when it is text with a type. */
  readonly body?: unknown;
  readonly type?: string;
}

/** What a small server answers, without a framework. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/api/v1/dead-letters/:id`. */
  readonly path: string;
  readonly role: Role | 'anyone';
  /** A change: kept in the audit records under this name. */
  readonly action?: string;
  readonly answer: (request: RouteRequest) => Promise<Answer> | Answer;
}

/** An error that the asker can mend, or that says when to come back. */
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

/** The parameters of a path that is this route's; undefined when it is not. */
export function paramsOf(route: Route, path: string): Record<string, string> | undefined {
  const wanted = route.path.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const text = given[at] ?? '';
    if (part.startsWith(':') && text !== '') params[part.slice(1)] = decoded(text);
    else if (part !== text) return undefined;
  }
  return params;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RequestError(400, 'request_invalid', 'the path has a % that begins no byte');
  }
}
